/** Files that were uploaded, or came inside of orders. */
import { Anchor, Button, Stack, Table, Text, Title, VisuallyHidden } from "@mantine/core";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client";
import type { components } from "../../api/schema";
import { Ask } from "../../parts/Ask";
import { More } from "../../parts/More";
import { Empty, Trouble, Waiting } from "../../parts/Notes";
import { ScrollTable } from "../../parts/ScrollTable";
import { moment, size } from "../../parts/words";

type File = components["schemas"]["File"];

/** The last id is the next page's `before`, so the pages are asked for by hand. */
async function page(before: string | undefined) {
  const { data } = await api.GET("/v1/files", { params: { query: { limit: 20, before } } });
  return data ?? { data: [], has_more: false };
}

export function Files() {
  const queries = useQueryClient();
  const [doomed, setDoomed] = useState<File>();
  const pages = useInfiniteQuery({
    queryKey: ["get", "/v1/files"],
    queryFn: ({ pageParam }) => page(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => (last.has_more ? last.data.at(-1)?.id : undefined),
  });
  const { data, error, refetch } = pages;
  const files = data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Stack component="section" gap="sm" aria-labelledby="files">
      <Title order={2} size="h4" id="files">
        Uploaded files
      </Title>
      {error && !data ? (
        <Trouble error={error} again={() => void refetch()} />
      ) : !data ? (
        <Waiting what="the files" />
      ) : files.length === 0 ? (
        <Empty title="No file was uploaded yet">
          What you give the playground, and what clients upload to /v1/files, is listed here.
        </Empty>
      ) : (
        <>
          <ScrollTable name="Files" minWidth={620}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>Type</Table.Th>
                <Table.Th ta="right">Size</Table.Th>
                <Table.Th>Uploaded</Table.Th>
                <Table.Th>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {files.map((file) => (
                <Table.Tr key={file.id}>
                  <Table.Td maw={260}>
                    <Anchor href={file.url} target="_blank" rel="noreferrer" size="sm" className="anywhere">
                      {file.name ?? file.id}
                    </Anchor>
                  </Table.Td>
                  <Table.Td>
                    {file.content_type}
                    {file.width && file.height && (
                      <Text span size="sm" c="dimmed">
                        {" "}
                        {file.width} × {file.height}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td ta="right">{size(file.size_bytes)}</Table.Td>
                  <Table.Td>
                    {moment(file.created_at)}
                    {file.expires_at && (
                      <Text size="xs" c="dimmed">
                        goes by itself {moment(file.expires_at)}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td ta="right">
                    <Button
                      size="compact-xs"
                      variant="default"
                      onClick={() => setDoomed(file)}
                      aria-label={`Delete ${file.name ?? file.id}`}
                    >
                      Delete
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </ScrollTable>
          <More pages={pages} />
        </>
      )}
      <Ask
        opened={doomed !== undefined}
        onClose={() => setDoomed(undefined)}
        title="Delete this file?"
        verb="Delete the file"
        danger
        act={async () => {
          if (doomed) {
            await api.DELETE("/v1/files/{id}", { params: { path: { id: doomed.id } } });
            await queries.invalidateQueries({ queryKey: ["get", "/v1/files"] });
          }
        }}
      >
        <Text size="sm" className="anywhere">
          No link opens {doomed?.name ?? doomed?.id} any more, and no new job can start from it. Jobs that
          were made from it keep their results.
        </Text>
      </Ask>
    </Stack>
  );
}
