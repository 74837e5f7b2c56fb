"""Looks at the page so many times, as a browser does, and prints what it shows."""
import asyncio
import sys

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

port, times = sys.argv[1], int(sys.argv[2])


async def look():
    connection = await connect(f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=["streamlit"])
    wanted = BackMsg()
    wanted.rerun_script.query_string = ""
    await connection.send(wanted.SerializeToString())
    while True:
        message = await connection.recv()
        got = ForwardMsg()
        got.ParseFromString(message)
        kind = got.WhichOneof("type")
        if kind == "delta" and "rows" in got.delta.new_element.markdown.body:
            print(got.delta.new_element.markdown.body)
        if kind == "script_finished":
            break
    await connection.close()


for number in range(times):
    asyncio.run(look())
