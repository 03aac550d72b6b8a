"""What schemathesis has to be told: WebAssembly modules are sent as they are."""

import schemathesis


@schemathesis.serializer("application/wasm")
def wasm(_context, value):
    return value if isinstance(value, bytes) else str(value).encode()
