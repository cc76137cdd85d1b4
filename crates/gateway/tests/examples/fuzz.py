"""Hooks of schemathesis: it cannot know which inputs a model takes, so most orders get a prompt, and become jobs."""

import zlib

import schemathesis

PROMPTS = [
    "a red fox",
    "a red fox in the snow",
    "a red fox [sandbox outcome=refuse]",
    "a red fox [sandbox delay=0.2 progress=on]",
]
# What these do is a failed job, which one dialect answers like a fault of the server: with 500.
PROVIDER_FAILS = ["a red fox [sandbox outcome=fail]", "a red fox [sandbox outcome=timeout]", "a red fox [sandbox oops]"]


@schemathesis.hook
def map_case(context, case):
    # Nobody left who could do the work is a 503 by two contracts, and looks like a fault of the server.
    for name in [name for name in case.headers or {} if name.lower() == "x-provider-only"]:
        del case.headers[name]
    body = case.body
    if context.operation.method.upper() != "POST" or not isinstance(body, dict) or not isinstance(body.get("input"), dict):
        return case
    # By the order itself and not by chance, so that a seed gives the same run.
    dice = zlib.crc32(repr((case.path_parameters, body)).encode())
    if dice % 4 > 0:
        run = context.operation.path.endswith("/run")
        prompts = PROMPTS[:2] if run else PROMPTS + PROVIDER_FAILS
        body["input"] = {"prompt": prompts[dice // 4 % len(prompts)]}
    return case
