"""OpenAI's client: pictures, edits, speech, transcripts, and its own errors."""
import base64
import io
import sys

import openai

base, key = sys.argv[1:3]
client = openai.OpenAI(base_url=base, api_key=key, max_retries=0)
try:
    client.images.generate(model="gpt-image-2", prompt="a kite", size="1024x1024")
    raise AssertionError("the fake was to be busy")
except openai.RateLimitError as error:
    assert error.response.headers["retry-after"] == "1"

made = client.images.generate(model="gpt-image-2", prompt="a kite", size="1024x1024", quality="low", n=2)
pictures = [base64.b64decode(image.b64_json) for image in made.data]
assert len(pictures) == 2 and all(picture.startswith(b"\x89PNG") for picture in pictures)

speech = client.audio.speech.create(model="gpt-4o-mini-tts", voice="alloy", input="Hello there.", response_format="mp3")
sound = speech.read()
assert len(sound) > 100

spoken = client.audio.transcriptions.create(model="gpt-transcribe", file=("hello.mp3", io.BytesIO(sound), "audio/mpeg"))
assert spoken.text

for call, expected in (
    (lambda: client.images.generate(model="gpt-image-2", prompt="x", size="17x17"), openai.BadRequestError),
    (lambda: openai.OpenAI(base_url=base, api_key="wrong", max_retries=0).models.list(), openai.AuthenticationError),
):
    try:
        call()
        raise AssertionError(f"expected {expected}")
    except expected:
        pass
