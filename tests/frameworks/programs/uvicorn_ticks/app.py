import asyncio
import json

from fastapi import FastAPI, Request

app = FastAPI()
HISTORY = []


async def record_tick(tick):
    await asyncio.sleep(0)
    for i in range(3000):
        HISTORY.append({"seq": i, "skus": list(tick["skus"])})  # CULPRIT


@app.get("/price/{sku}")
async def price(sku: str):
    return [{"sku": sku, "n": i} for i in range(100)]


@app.post("/order/{number}")
async def order(number: int, request: Request):
    await record_tick(json.loads(await request.body()))
    return {"n": number}
