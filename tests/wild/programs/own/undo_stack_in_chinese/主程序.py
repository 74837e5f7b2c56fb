# Kind: 每次修改前的旧凭证都压入撤销栈，撤销栈没有上限 (each old voucher goes on an undo stack that has no bound).
# HOLDER: *撤销栈*
import random
import time

from 账本.凭证 import 新凭证, 改金额
from 账本.撤销 import 撤销管理


def 主程序():
    随机 = random.Random(2024)
    凭证表 = {编号: 新凭证(随机, 编号) for 编号 in range(200)}
    管理 = 撤销管理()
    for 次数 in range(2_000_000):
        编号 = 随机.randrange(200)
        旧 = 凭证表[编号]
        凭证表[编号] = 改金额(旧, 随机)
        管理.记录("修改凭证 %d" % 编号, 旧)
        if 次数 % 50 == 0:
            管理.撤销()
            管理.重做()
        if 次数 % 10 == 0:
            time.sleep(0.0005)
    print(管理.步数())


if __name__ == "__main__":
    主程序()
# ADVICE: *maxlen* | *last few*
