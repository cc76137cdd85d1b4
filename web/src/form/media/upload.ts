/** Sending a file to the server, with its progress. */
import { csrfHeaders } from "../../api/client";
import { Fault } from "../../api/fault";
import type { components } from "../../api/schema";

export type StoredFile = components["schemas"]["File"];

/** Uploads a file. `moved` hears of the part that is through, 0 to 1. */
export function upload(file: File, moved: (part: number) => void, stop: AbortSignal): Promise<StoredFile> {
  return new Promise((resolve, reject) => {
    // `fetch` tells nothing while it sends.
    const request = new XMLHttpRequest();
    request.open("POST", "/v1/files");
    for (const [name, value] of Object.entries(csrfHeaders())) {
      request.setRequestHeader(name, value);
    }
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => {
      if (lengthComputable) {
        moved(loaded / total);
      }
    };
    request.onload = () => {
      let body: unknown;
      try {
        body = JSON.parse(request.responseText);
      } catch {
        body = undefined;
      }
      if (request.status === 201) {
        resolve(body as StoredFile);
      } else {
        reject(Fault.from(body, request.status));
      }
    };
    request.onerror = () => reject(Fault.unreachable(undefined));
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    stop.addEventListener("abort", () => request.abort());
    const form = new FormData();
    form.append("file", file, file.name);
    request.send(form);
  });
}
