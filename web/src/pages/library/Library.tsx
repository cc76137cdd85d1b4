/** Every job of the account, as pictures or as lines. */
import { Button, Center, SegmentedControl, Stack, Text, VisuallyHidden } from "@mantine/core";
import { IconLayoutGrid, IconList } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { isOpen, listJobs } from "../../api/library";
import { PageButton } from "../../parts/links";
import { More } from "../../parts/More";
import { Empty, Trouble, Waiting } from "../../parts/Notes";
import { Page } from "../../parts/Page";
import { Filters, useFilter } from "./Filters";
import { filterOf, isFiltered } from "./filter";
import { JobGrid } from "./JobGrid";
import { JobList } from "./JobList";

export function Library() {
  const search = useSearch({ from: "/shell/library" });
  const navigate = useNavigate({ from: "/library" });
  const { clear } = useFilter();
  const filter = filterOf(search);
  const view = search.view === "list" ? "list" : "grid";
  const pages = useInfiniteQuery({
    queryKey: ["library", "list", filter],
    queryFn: ({ pageParam }) => listJobs(filter, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    // What goes on moves by itself; the more pages are looked at, the slower.
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some((page) => page.data.some(isOpen)) ? 1500 * data.pages.length : false,
  });
  const { data, error, refetch, hasNextPage } = pages;
  const jobs = data?.pages.flatMap((page) => page.data) ?? [];
  const open = jobs.filter(isOpen).length;
  return (
    <Page
      title="Library"
      lead="What was made with this account, in whatever way it was ordered."
      aside={
        <SegmentedControl
          aria-label="Show as"
          value={view}
          onChange={(value) =>
            void navigate({
              search: (now) => ({ ...now, view: value === "list" ? "list" : undefined }),
              replace: true,
            })
          }
          data={[
            { value: "grid", label: <Look icon={IconLayoutGrid} name="Grid" /> },
            { value: "list", label: <Look icon={IconList} name="List" /> },
          ]}
        />
      }
    >
      <Filters filter={filter} />
      {error && !data ? (
        <Trouble error={error} again={() => void refetch()} />
      ) : !data ? (
        <Waiting what="jobs" />
      ) : jobs.length > 0 ? (
        <Stack>
          <VisuallyHidden role="status">
            {jobs.length} jobs shown{open > 0 && `, ${open} of them going on`}
          </VisuallyHidden>
          {view === "grid" ? <JobGrid jobs={jobs} /> : <JobList jobs={jobs} />}
          <More pages={pages} />
        </Stack>
      ) : hasNextPage ? (
        <Stack>
          <Text ta="center">Nothing among the newest jobs matches.</Text>
          <More pages={pages} />
        </Stack>
      ) : isFiltered(filter) ? (
        <Empty title="No job matches">
          <Button variant="light" mt="xs" onClick={clear}>
            Clear the filters
          </Button>
        </Empty>
      ) : (
        <Empty title="Nothing was made yet">
          <Stack align="center" gap="sm">
            <span>Every job turns up here, whether it is run in the playground or through the API.</span>
            <PageButton to="/playground">Go to the playground</PageButton>
          </Stack>
        </Empty>
      )}
    </Page>
  );
}

function Look({ icon: Icon, name }: { icon: typeof IconList; name: string }) {
  return (
    <Center inline>
      <Icon size={16} aria-hidden />
      <Text span size="sm" ml={6}>
        {name}
      </Text>
    </Center>
  );
}
