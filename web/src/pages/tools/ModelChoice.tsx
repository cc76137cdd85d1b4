/** Which of the tool's models does it, with its price and what is different about it. */
import { Group, Select, Stack, Text } from "@mantine/core";
import { rate } from "../../parts/price";
import { differences, type Tool, type ToolModel } from "./offer";

interface Props {
  tool: Tool;
  model: ToolModel;
  fault?: string;
  disabled: boolean;
  onChoose: (id: string) => void;
}

export function ModelChoice({ tool, model, fault, disabled, onChoose }: Props) {
  const offers = new Map(tool.models.map((offer) => [offer.id, offer]));
  return (
    <Select
      label="Model"
      data={tool.models.map(({ id, name, enabled }) => ({ value: id, label: name, disabled: !enabled }))}
      value={model.id}
      onChange={(id) => id && onChoose(id)}
      allowDeselect={false}
      disabled={disabled}
      error={fault}
      maxDropdownHeight={360}
      renderOption={({ option }) => {
        const offer = offers.get(option.value);
        return offer ? <Offer tool={tool} offer={offer} /> : option.label;
      }}
      inputWrapperOrder={["label", "input", "error", "description"]}
      description={[
        model.description,
        differences(tool, model),
        model.price ? `${rate(model.price, tool.makes)}.` : "",
      ]
        .filter(Boolean)
        .join(" ")}
    />
  );
}

function Offer({ tool, offer }: { tool: Tool; offer: ToolModel }) {
  const special = differences(tool, offer);
  return (
    <Stack gap={0} flex={1}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="sm" fw={500}>
          {offer.name}
        </Text>
        <Text size="xs" ta="end">
          {offer.enabled ? offer.price && rate(offer.price, tool.makes) : "Not set up"}
        </Text>
      </Group>
      {special && (
        <Text size="xs" c="dimmed">
          {special}
        </Text>
      )}
    </Stack>
  );
}
