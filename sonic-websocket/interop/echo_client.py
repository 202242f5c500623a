"""Sends messages of many lengths to a server that sends them back. Arguments: URL, plain or deflate. Prints ok."""
import asyncio
import sys

from websockets.asyncio.client import connect

LENGTHS = [0, 1, 125, 126, 127, 65535, 65536, 300000]


async def main():
    deflate = sys.argv[2] == "deflate"
    async with connect(sys.argv[1], compression="deflate" if deflate else None, max_size=None) as connection:
        assert bool(connection.protocol.extensions) == deflate, "extensions"
        for length in LENGTHS:
            text = ("aé€😀" * length)[:length]
            await connection.send(text)
            assert await connection.recv() == text, f"text of {length}"
            data = bytes(i * 7 % 251 for i in range(length))
            await connection.send(data)
            assert await connection.recv() == data, f"bytes of {length}"
        await connection.send(["in ", "three ", "parts"])
        assert await connection.recv() == "in three parts", "fragments"
        await asyncio.wait_for(await connection.ping(b"are you there"), 20)
        await connection.close(4001, "bye")
        assert connection.close_code == 4001, f"close code {connection.close_code}"
    print("ok", flush=True)


asyncio.run(main())
