/** Fields to choose an account, a model or a provider with. */
import { Select, type SelectProps } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { allAccounts, modelsQuery, providersQuery } from "./calls";

type Picker = Omit<SelectProps, "data" | "searchable">;

export function AccountPicker(props: Picker) {
  const { data = [] } = useQuery(allAccounts);
  return (
    <Select
      label="Account"
      data={data.map(({ id, name }) => ({ value: String(id), label: `${name} (${id})` }))}
      searchable
      nothingFoundMessage="No such account"
      {...props}
    />
  );
}

export function ModelPicker(props: Picker) {
  const { data } = useQuery(modelsQuery);
  return (
    <Select
      label="Model"
      data={data?.items.map(({ id }) => id) ?? []}
      searchable
      limit={50}
      nothingFoundMessage="No such model"
      {...props}
    />
  );
}

export function ProviderPicker(props: Picker) {
  const { data } = useQuery(providersQuery);
  const names = data?.items.map(({ name }) => name) ?? [];
  return (
    <Select
      label="Provider"
      // The sandbox is no provider that could be set up, and has jobs all the same.
      data={[...new Set(["sandbox", ...names])].sort()}
      searchable
      nothingFoundMessage="No such provider"
      {...props}
    />
  );
}
