"""Calls the example service: client.py ADDRESS TOKEN. Fails if a status is not the expected one."""

import sys

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

import notes_pb2 as messages
import notes_pb2_grpc as service

address, token = sys.argv[1:]
stub = service.NotesStub(grpc.insecure_channel(address))


def metadata(*tokens):
    return [("authorization", f"Bearer {token}") for token in tokens]


def notes():
    return iter([messages.Note(text="milk")])


CALLS = {
    "unary": lambda metadata: stub.List(messages.ListRequest(), metadata=metadata),
    "client stream": lambda metadata: stub.Import(notes(), metadata=metadata),
    "server stream": lambda metadata: next(stub.Watch(messages.WatchRequest(), metadata=metadata)),
    "both": lambda metadata: next(stub.Edit(notes(), metadata=metadata)),
}
CASES = [
    ("no credential", metadata(), grpc.StatusCode.UNAUTHENTICATED, "MISSING_CREDENTIAL"),
    ("not a token", metadata("x"), grpc.StatusCode.UNAUTHENTICATED, "INVALID_TOKEN"),
    ("another type", metadata("ak_x"), grpc.StatusCode.UNAUTHENTICATED, "INVALID_TOKEN"),
    ("two fields", metadata("a", "b"), grpc.StatusCode.INVALID_ARGUMENT, "UNREADABLE_CREDENTIAL"),
]

for name, fields, code, reason in CASES:
    for kind, call in CALLS.items():
        try:
            call(fields)
        except grpc.RpcError as error:
            [detail] = rpc_status.from_call(error).details
            info = error_details_pb2.ErrorInfo()
            assert detail.Unpack(info), detail
            assert (error.code(), info.reason) == (code, reason), (name, kind, error, info)
        else:
            raise AssertionError((name, kind, "was accepted"))

assert CALLS["client stream"](metadata(token)).count == 1
assert CALLS["unary"](metadata(token)).notes[0].text == "milk"
try:
    stub.Clear(messages.ClearRequest(), metadata=metadata(token))
except grpc.RpcError as error:
    assert error.code() == grpc.StatusCode.PERMISSION_DENIED, error
else:
    raise AssertionError("an unlisted method was accepted")
print(f"{len(CASES) * len(CALLS) + 3} calls answered as expected")
