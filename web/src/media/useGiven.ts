/** Addresses of the files that a request was made with. */
import { useQueries } from "@tanstack/react-query";
import { api } from "../api/client";
import { filesIn, type Given, isHere, kindOf } from "./given";
import type { Origin, Output } from "./output";

/** A file that the request was made with. */
export interface GivenFile {
  /** The parameter's name. */
  name: string;
  type: Output["type"];
  url: string;
}

async function find({ name, value }: Given): Promise<GivenFile | null> {
  if (value.includes("/")) {
    const type = kindOf(value);
    return type ? { name, type, url: value } : null;
  }
  const [id = "", no] = value.split("#");
  if (id.startsWith("file_")) {
    const { data } = await api.GET("/v1/files/{id}", { params: { path: { id } } });
    const type = kindOf(data?.url ?? "");
    return data && type ? { name, type, url: data.url } : null;
  }
  const path = { id: id.replace(/^[a-z]+_/, "gen_") };
  const { data } = await api.GET("/v1/generations/{id}", { params: { path } });
  const output = data?.output?.media[no ? Number(no) - 1 : 0];
  return output?.url ? { name, type: output.type, url: output.url } : null;
}

/** What cannot be had any more (a deleted file) is left out: it only helps to look closer. */
export function useGiven(of: Origin | undefined): GivenFile[] {
  const { origin } = window.location;
  const found = useQueries({
    queries: (of && !of.files ? filesIn(of.input, origin) : []).map((given) => ({
      queryKey: ["given", given.value],
      queryFn: () => find(given),
      retry: false,
      staleTime: 30 * 60_000,
    })),
    combine: (asked) => asked.flatMap(({ data }) => data ?? []),
  });
  return (
    of?.files?.flatMap(({ param: name, url }) => {
      const type = url && isHere(url, origin) ? kindOf(url) : undefined;
      return url && type ? { name, type, url } : [];
    }) ?? found
  );
}
