// What Navidrome asks goes to Tigertail as it is, and Tigertail's answer goes back: both are Navidrome's own JSON.

import { Config, Host, Memory } from "@extism/as-pdk";
import { error_set, http_request, length } from "@extism/as-pdk/lib/env";

@external("extism:host/env", "http_status_code")
declare function http_status_code(): i32;

const OK: i32 = 200;
const DONE: i32 = 0;
const FAILED: i32 = 1;

export function nd_get_similar_artists(): i32 {
  return ask("nd_get_similar_artists");
}

export function nd_get_artist_top_songs(): i32 {
  return ask("nd_get_artist_top_songs");
}

export function nd_get_similar_songs_by_track(): i32 {
  return ask("nd_get_similar_songs_by_track");
}

export function nd_get_similar_songs_by_album(): i32 {
  return ask("nd_get_similar_songs_by_album");
}

export function nd_get_similar_songs_by_artist(): i32 {
  return ask("nd_get_similar_songs_by_artist");
}

export function nd_get_sonic_similar_tracks(): i32 {
  return ask("nd_get_sonic_similar_tracks");
}

export function nd_find_sonic_path(): i32 {
  return ask("nd_find_sonic_path");
}

function ask(name: string): i32 {
  const address = setting("address");
  if (address == "") return failed("the plugin has no address: set it to where Tigertail listens");
  const base = address.endsWith("/") ? address.substring(0, address.length - 1) : address;
  const country = setting("country");
  const place = country == "" ? "" : "?country=" + encodeURIComponent(country);
  const key = setting("key");
  const authorization = key == "" ? "" : ',"Authorization":' + quoted("Bearer " + key);
  const request = Memory.allocateString(
    '{"method":"POST","url":' + quoted(base + "/navidrome/" + name + place)
      + ',"headers":{"Content-Type":"application/json"' + authorization + "}}",
  );
  const body = Memory.allocateBytes(Host.input());
  const offset = http_request(request.offset, body.offset);
  const answer = new Memory(offset, offset == 0 ? 0 : length(offset));
  const status = http_status_code();
  if (status != OK) return failed("Tigertail answered " + status.toString() + ": " + answer.toString());
  Host.outputMemory(answer);
  return DONE;
}

function setting(name: string): string {
  const value = Config.get(name);
  return value === null ? "" : value.trim();
}

function failed(problem: string): i32 {
  error_set(Memory.allocateString(problem).offset);
  return FAILED;
}

// Returns a text as JSON writes it.
function quoted(text: string): string {
  let written = '"';
  for (let place = 0; place < text.length; place++) {
    const code = text.charCodeAt(place);
    if (code == 0x22 || code == 0x5c) written += "\\" + text.charAt(place);
    else if (code < 0x20) written += "\\u00" + (code < 0x10 ? "0" : "") + code.toString(16);
    else written += text.charAt(place);
  }
  return written + '"';
}
