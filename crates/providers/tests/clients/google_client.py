"""Google's client: a picture by generateContent, a clip as an interaction, and its own error."""
import sys

from google import genai
from google.genai import errors, types

base, key = sys.argv[1:3]
client = genai.Client(api_key=key, http_options=types.HttpOptions(base_url=base, api_version="v1beta"))
answer = client.models.generate_content(
    model="gemini-3-pro-image",
    contents="a red kite",
    config=types.GenerateContentConfig(
        response_modalities=["TEXT", "IMAGE"], image_config=types.ImageConfig(aspect_ratio="16:9", image_size="2K")
    ),
)
parts = answer.candidates[0].content.parts
assert any(part.inline_data and part.inline_data.data for part in parts), answer
spoken = client.interactions.create(
    model="gemini-omni-1.2-flash",
    input="waves at dusk",
    background=True,
    response_format={"type": "video", "delivery": "uri", "aspect_ratio": "16:9", "resolution": "720p", "duration": "8s"},
)
while spoken.status in ("queued", "in_progress"):
    spoken = client.interactions.get(spoken.id)
assert spoken.status == "completed", spoken
try:
    wrong = genai.Client(api_key="wrong", http_options=types.HttpOptions(base_url=base, api_version="v1beta"))
    wrong.models.generate_content(model="gemini-3-pro-image", contents="a red kite")
    raise AssertionError("a wrong key was taken")
except errors.ClientError as error:
    assert error.code in (400, 401, 403), error
