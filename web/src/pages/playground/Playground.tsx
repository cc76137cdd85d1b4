/** Finding a model. What is searched for stands in the address. */
import { Alert, Button, Center, SegmentedControl, Select, SimpleGrid, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "../../api/client";
import { useFile } from "../../form/media/useFile";
import { Empty, Trouble, Waiting } from "../../parts/Notes";
import { Page } from "../../parts/Page";
import { words } from "../../parts/words";
import { ModelCard } from "./ModelCard";
import { type Category, categoryOf, KINDS, TAGS, tasksFrom, tasksOf } from "./models";
import classes from "./Playground.module.css";
import { useVendors } from "./useVendors";

const PAGE = 48;
const FROM = "/shell/playground/";

interface Wish {
  search?: string;
  category?: Category;
  vendor?: string;
  sort?: "price" | "-price";
}

function useModels(wish: Wish) {
  return useInfiniteQuery({
    queryKey: ["models", wish],
    queryFn: async ({ pageParam }) => {
      const { data } = await api.GET("/v1/models", {
        params: { query: { ...wish, limit: PAGE, offset: pageParam } },
      });
      return data;
    },
    initialPageParam: 0,
    getNextPageParam: (page) =>
      page && page.offset + page.limit < page.total ? page.offset + page.limit : undefined,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

export function Playground() {
  const asked = useSearch({ from: FROM });
  const navigate = useNavigate({ from: "/playground" });
  const go = (change: Partial<typeof asked>) => {
    const kept = Object.entries({ ...asked, ...change }).filter(([, value]) => value);
    return navigate({
      to: "/playground",
      search: Object.fromEntries(kept),
      replace: true,
      resetScroll: false,
    });
  };
  const { shown: file } = useFile(asked.file ?? "");
  const starts = asked.file ? tasksFrom(file.type ?? "image") : [];
  const category = categoryOf(asked.category) ?? starts[0];
  const sort = asked.sort === "price" || asked.sort === "-price" ? asked.sort : undefined;
  const kind = KINDS.find((kind) => kind === asked.kind);
  const { data, error, refetch, isFetching, hasNextPage, fetchNextPage, isFetchingNextPage } = useModels({
    search: asked.search,
    category: category ?? kind,
    vendor: asked.vendor,
    sort,
  });
  const models = data?.pages
    .flatMap((page) => page?.models ?? [])
    .filter(({ status }) => status !== "retired");
  const total = data?.pages[0]?.total ?? 0;
  const filtered = asked.search || asked.kind || asked.category || asked.vendor;
  return (
    <Page title="Playground" lead="Choose a model, try it, and take the request into your program.">
      {asked.file && (
        <Alert
          variant="light"
          title={`Models that start from this ${file.type ?? "file"}`}
          withCloseButton
          closeButtonLabel="Show all models"
          onClose={() => go({ file: undefined, category: undefined })}
        />
      )}
      <search className={classes.filters}>
        <SearchBox text={asked.search ?? ""} onText={(search) => go({ search })} />
        {asked.file ? (
          <SegmentedControl
            aria-label="Task"
            data={starts.map((task) => ({ value: task, label: words(task) }))}
            value={category ?? ""}
            onChange={(category) => go({ category })}
          />
        ) : (
          <SegmentedControl
            aria-label="Kind"
            data={[
              { value: "", label: "All" },
              ...KINDS.map((kind) => ({ value: kind, label: words(kind) })),
            ]}
            value={kind ?? ""}
            onChange={(kind) => go({ kind, category: undefined })}
          />
        )}
        {!asked.file && (
          <Select
            aria-label="Task"
            placeholder="Any task"
            data={[
              { group: "Tasks", items: tasksOf(kind).map((one) => ({ value: one, label: words(one) })) },
              { group: "Special", items: TAGS.map((one) => ({ value: one, label: words(one) })) },
            ]}
            value={category ?? null}
            onChange={(category) => go({ category: category ?? undefined })}
            searchable
            clearable
            clearButtonProps={{ "aria-label": "Any task" }}
            w={155}
          />
        )}
        <Vendors vendor={asked.vendor} onVendor={(vendor) => go({ vendor })} />
        <Select
          aria-label="Order"
          data={[
            { value: "", label: asked.search ? "Best match" : "By name" },
            { value: "price", label: "Cheapest first" },
            { value: "-price", label: "Dearest first" },
          ]}
          value={sort ?? ""}
          onChange={(sort) => go({ sort: sort ?? undefined })}
          allowDeselect={false}
          w={150}
        />
      </search>
      <Text size="sm" c="dimmed" role="status">
        {data ? `${total} ${total === 1 ? "model" : "models"}` : ""}
        {isFetching && data && !isFetchingNextPage ? " …" : ""}
      </Text>
      {error && <Trouble error={error} again={refetch} />}
      {!data && !error && <Waiting what="the models" />}
      {models?.length === 0 && (
        <Empty title="No model fits">
          {filtered && (
            <Button
              variant="default"
              size="xs"
              onClick={() =>
                go({ search: undefined, kind: undefined, category: undefined, vendor: undefined })
              }
            >
              Clear the filters
            </Button>
          )}
        </Empty>
      )}
      {models && models.length > 0 && (
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3, xl: 4 }} spacing="sm">
          {models.map((model) => (
            <ModelCard key={model.id} model={model} file={asked.file} />
          ))}
        </SimpleGrid>
      )}
      {hasNextPage && (
        <Center>
          <Button variant="default" loading={isFetchingNextPage} onClick={() => fetchNextPage()}>
            Show more
          </Button>
        </Center>
      )}
    </Page>
  );
}

/** The box follows the keys; the address follows the pauses between them. */
function SearchBox({ text, onText }: { text: string; onText(text: string): void }) {
  const [now, setNow] = useState(text);
  const tell = useDebouncedCallback(onText, 200);
  useEffect(() => setNow(text), [text]);
  return (
    <TextInput
      type="search"
      aria-label="Search for models"
      placeholder="Search by name, vendor or what it does"
      leftSection={<IconSearch size={16} aria-hidden />}
      value={now}
      onChange={(event) => {
        setNow(event.currentTarget.value);
        tell(event.currentTarget.value.trim());
      }}
      className={classes.search}
    />
  );
}

function Vendors({ vendor, onVendor }: { vendor?: string; onVendor(vendor?: string): void }) {
  const [opened, setOpened] = useState(false);
  const vendors = useVendors(opened) ?? (vendor ? [vendor] : []);
  return (
    <Select
      aria-label="Vendor"
      placeholder="Any vendor"
      data={vendors}
      value={vendor ?? null}
      onChange={(vendor) => onVendor(vendor ?? undefined)}
      onDropdownOpen={() => setOpened(true)}
      onFocus={() => setOpened(true)}
      nothingFoundMessage="No such vendor"
      searchable
      clearable
      clearButtonProps={{ "aria-label": "Any vendor" }}
      w={145}
    />
  );
}
