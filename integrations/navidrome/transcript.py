"""Print what Navidrome gets from the plugin, given a model, an artist and a track.

The plugin runs under Extism, as in Navidrome, and asks a service of the model that is started here.
"""

import json
import socket
import sys
import threading
import time
import zipfile
from pathlib import Path

import extism
import uvicorn

from tigertail.service.app import create_app
from tigertail.service.http.settings import Settings

PACKAGE = Path(__file__).parents[2] / "build" / "tigertail.ndp"
UNKNOWN = "Nobody By That Name"


def serve(model: Path) -> str:
    """Start a service of a model, and return its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    app = create_app(Settings.model_validate({"model": model, "feedback": {"on": False}}))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    threading.Thread(target=server.run, args=([listening],), daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


def main(model: str, artist: str, track: str = "a track") -> None:
    """Call every function of the plugin, then ask for an artist that the model lacks."""
    package = zipfile.ZipFile(PACKAGE)
    hosts = json.loads(package.read("manifest.json"))["permissions"]["http"]["requiredHosts"]
    settings = {"address": serve(Path(model))}
    manifest = {"wasm": [{"data": package.read("plugin.wasm")}], "allowed_hosts": hosts, "config": settings}
    plugin = extism.Plugin(manifest, wasi=True, config=settings)
    by = {"id": "1", "name": artist, "mbid": "", "count": 3}
    song = {"id": "1", "name": track, "artist": artist, "mbid": "", "count": 3}
    calls = [
        ("nd_get_similar_artists", {"id": "1", "name": artist, "mbid": "", "limit": 3}),
        ("nd_get_artist_top_songs", by),
        ("nd_get_similar_songs_by_artist", by),
        ("nd_get_similar_songs_by_album", song | {"name": "an album"}),
        ("nd_get_similar_songs_by_track", song),
        ("nd_get_sonic_similar_tracks", {"song": {"id": "1", "name": track, "artist": artist}, "count": 3}),
        ("nd_find_sonic_path", {"startSong": {"name": track}, "endSong": {"name": track}, "count": 3}),
        ("nd_get_similar_artists", {"id": "2", "name": UNKNOWN, "mbid": "", "limit": 3}),
    ]
    for function, asked in calls:
        print(f"{function} {json.dumps(asked, ensure_ascii=False)}")
        print(f"    {plugin.call(function, json.dumps(asked)).decode()}")


if __name__ == "__main__":
    main(*sys.argv[1:])
