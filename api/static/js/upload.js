// A file on its way to the server: with its progress, and with words for what goes wrong.
import { csrfWord, Refused, Unreachable } from "./api.js";

/**
 * Send a file to a path of the interface; gives what the server made of it. `progress(share)` from 0 to 1 while it goes.
 * Rejects with Refused or Unreachable.
 */
export function send(path, content, progress = () => {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/v1${path}`);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", csrfWord());
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0);
    request.onload = () => {
      const said = request.response ?? { detail: request.statusText, code: "http_error", status: request.status };
      if (request.status < 300) resolve(said);
      else reject(new Refused(said));
    };
    request.onerror = request.onabort = () => reject(new Unreachable("upload"));
    request.send(content);
  });
}

/** Send a file to the hall's media. */
export function upload(hall, file, progress) {
  return send(`${hall}/media?${new URLSearchParams({ name: file.name.slice(0, 100) })}`, file, progress);
}
