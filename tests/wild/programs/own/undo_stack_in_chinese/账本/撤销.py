"""撤销与重做。"""


class 撤销管理:
    def __init__(self):
        self.撤销栈 = []
        self.重做栈 = []

    def 记录(self, 说明, 旧内容):
        self.撤销栈.append((说明, 旧内容))  # CULPRIT
        self.重做栈.clear()

    def 撤销(self):
        self.重做栈.append(self.撤销栈.pop())

    def 重做(self):
        self.撤销栈.append(self.重做栈.pop())

    def 步数(self):
        return len(self.撤销栈)
