/** The next page of a list that goes on. */
import { Button, Center } from "@mantine/core";
import { Trouble } from "./Notes";

/** What `useInfiniteQuery` says of it. */
export interface Pages {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  error: unknown;
  fetchNextPage: () => unknown;
}

export function More({ pages }: { pages: Pages }) {
  if (pages.isFetchNextPageError) {
    return <Trouble error={pages.error} again={() => void pages.fetchNextPage()} />;
  }
  return pages.hasNextPage ? (
    <Center>
      <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
        Show more
      </Button>
    </Center>
  ) : null;
}
