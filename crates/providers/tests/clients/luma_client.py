"""Luma's client: a clip and a picture are made, followed and fetched."""
import sys
import urllib.request

import lumaai

base, key = sys.argv[1:3]
client = lumaai.LumaAI(base_url=base, auth_token=key, max_retries=0)


def end(generation):
    while generation.state not in ("completed", "failed"):
        generation = client.generations.get(generation.id)
    assert generation.state == "completed", generation
    return generation


clip = end(client.generations.video.create(model="ray-2", prompt="waves at dusk", resolution="720p", duration="5s"))
assert urllib.request.urlopen(clip.assets.video).read()
picture = end(client.generations.image.create(model="photon-1", prompt="a red kite"))
assert urllib.request.urlopen(picture.assets.image).read()
try:
    lumaai.LumaAI(base_url=base, auth_token="wrong", max_retries=0).generations.get(clip.id)
    raise AssertionError("a wrong token was taken")
except lumaai.AuthenticationError:
    pass
