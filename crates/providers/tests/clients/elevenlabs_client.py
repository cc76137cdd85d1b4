"""ElevenLabs' client: speech, a sound, a transcript, and its own error."""
import io
import sys

from elevenlabs.client import ElevenLabs
from elevenlabs.core.api_error import ApiError

base, key = sys.argv[1:3]
client = ElevenLabs(base_url=base, api_key=key)
speech = b"".join(client.text_to_speech.convert(
    voice_id="21m00Tcm4TlvDq8ikWAM", text="Hello there.", model_id="eleven_multilingual_v2", output_format="mp3_44100_128"))
assert len(speech) > 100
sound = b"".join(client.text_to_sound_effects.convert(text="rain on tin", duration_seconds=2))
assert len(sound) > 100
spoken = client.speech_to_text.convert(model_id="scribe_v1", file=io.BytesIO(speech))
assert spoken.text
try:
    ElevenLabs(base_url=base, api_key="wrong").user.get()
    raise AssertionError("a wrong key was taken")
except ApiError as error:
    assert error.status_code == 401, error
