/** What a reference to a file stands for, where this server knows it. */
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";

/** What can be shown of a given file. */
export interface Shown {
  type?: "image" | "video" | "audio" | "text";
  /** Only addresses of this server: the content policy lets no others be shown. */
  url?: string;
  name?: string;
  width?: number;
  height?: number;
  duration?: number;
  bytes?: number;
}

const EARLIER = /^(?:(?:job|gen|task)_)?([0-9a-v]{32})(?:#([1-9]\d{0,2}))?$/;

/** Whether this is a reference that only this server understands. */
function isOurs(value: string): boolean {
  return /^file_[0-9a-v]{32}$/.test(value) || EARLIER.test(value);
}

async function look(value: string): Promise<Shown> {
  const earlier = EARLIER.exec(value);
  if (!earlier) {
    const { data } = await api.GET("/v1/files/{id}", { params: { path: { id: value } } });
    return data ? { ...data, bytes: data.size_bytes } : {};
  }
  const { data } = await api.GET("/v1/jobs/{id}", { params: { path: { id: `job_${earlier[1]}` } } });
  const item = data?.data.output?.items[Number(earlier[2] ?? 1) - 1];
  return item ? { ...item, name: `Output ${earlier[2] ?? 1} of a job` } : {};
}

/** The kind of file that an address's ending tells of. */
function kindOf(url: string): Shown["type"] {
  const [, ending = ""] = /\.(\w+)(?:[?#]|$)/.exec(url) ?? [];
  return /^(png|jpe?g|webp|gif|avif)$/i.test(ending)
    ? "image"
    : /^(mp4|mov|webm)$/i.test(ending)
      ? "video"
      : /^(wav|mp3|m4a|aac|flac|ogg|opus)$/i.test(ending)
        ? "audio"
        : undefined;
}

const KINDS = ["image", "video", "audio"] as const;

/** What is behind a value of a file parameter. */
export function useFile(value: string): { shown: Shown; trouble: boolean } {
  const ours = isOurs(value);
  const { data, isError } = useQuery({
    queryKey: ["given file", value],
    queryFn: () => look(value),
    enabled: ours,
    // Its signed address is good for an hour.
    staleTime: 1_800_000,
    retry: false,
  });
  if (ours) {
    return { shown: data ?? {}, trouble: isError };
  }
  if (/^data:/i.test(value)) {
    const kind = KINDS.find((kind) => value.toLowerCase().startsWith(`data:${kind}/`));
    return {
      shown: { type: kind, url: kind === "image" ? value : undefined, name: "Data in the request" },
      trouble: false,
    };
  }
  const here = value.startsWith(`${window.location.origin}/v1/assets/`);
  return { shown: { type: kindOf(value), url: here ? value : undefined }, trouble: false };
}
