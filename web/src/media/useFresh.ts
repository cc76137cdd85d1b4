/** Results whose links are signed anew when they have ended. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import type { Origin, Output } from "./output";

interface Fresh {
  outputs: Output[];
  /** Asks for new links; without a known job there is no way. */
  renew?: () => Promise<Output[]>;
  renewing: boolean;
  error: unknown;
}

/** The generation of a job, whatever made it: unlike jobs, generations are not hidden after a day. */
async function linksOf(job: string): Promise<(string | undefined)[]> {
  const id = job.replace(/^(job_)?/, "gen_");
  const { data } = await api.GET("/v1/generations/{id}", { params: { path: { id } } });
  return data?.output?.media.map(({ url }) => url) ?? [];
}

export function useFresh(given: Output[], of?: Origin): Fresh {
  const key = given.map(({ url }) => url).join(" ");
  const [renewed, setRenewed] = useState<{ key: string; links: (string | undefined)[] }>();
  const { mutateAsync, isPending, error } = useMutation({ mutationFn: linksOf });
  const links = renewed?.key === key ? renewed.links : [];
  const withLinks = (links: (string | undefined)[]) =>
    given.map((output, at) => (links[at] ? { ...output, url: links[at] } : output));
  const renew = async (job: string) => {
    const links = await mutateAsync(job);
    setRenewed({ key, links });
    return withLinks(links);
  };
  return {
    outputs: withLinks(links),
    renew: of && (() => renew(of.job)),
    renewing: isPending,
    error,
  };
}
