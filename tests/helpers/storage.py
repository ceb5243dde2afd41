"""An S3-compatible server on loopback, and a slow way to it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from .servers import HOST, Loop

BUCKET = "logs"
_PIECE = 64 << 10
_PAUSE_S = 0.002


class Storage:
    """One bucket. `endpoint` is what clients find in their environment."""

    def __init__(self, client: Any, endpoint: str) -> None:
        self._client = client
        self.endpoint = endpoint

    def put(self, key: str, data: bytes) -> str:
        """Store an object; its URL."""
        self._client.put_object(Bucket=BUCKET, Key=key, Body=data)
        return f"s3://{BUCKET}/{key}"

    def delete(self, key: str) -> None:
        self._client.delete_object(Bucket=BUCKET, Key=key)


@contextmanager
def storage() -> Iterator[Storage]:
    """A server with an empty bucket; this process and its children use it for all s3:// URLs."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address=HOST, port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    try:
        with found_by_clients(endpoint):
            client = boto3.client("s3")
            client.create_bucket(Bucket=BUCKET)
            yield Storage(client, endpoint)
    finally:
        server.stop()


@contextmanager
def found_by_clients(endpoint: str) -> Iterator[None]:
    """An environment in which S3 clients use `endpoint`."""
    import s3fs

    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    s3fs.S3FileSystem.clear_instance_cache()
    with mock.patch.dict(os.environ, environment):
        yield
    s3fs.S3FileSystem.clear_instance_cache()


@contextmanager
def slow(endpoint: str) -> Iterator[str]:
    """The endpoint of a server that passes everything on, in small pieces with pauses."""
    host, port = endpoint.removeprefix("http://").split(":")
    loop = Loop()

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(_PIECE):
                await asyncio.sleep(_PAUSE_S)
                writer.write(piece)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer))

    server: Any = loop.run(asyncio.start_server(serve, HOST, 0))
    try:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        loop.close()
