/** A model among others. */
import { Badge, Group, Text } from "@mantine/core";
import { IconLetterCase, IconMovie, IconPhoto, IconVolume } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { words } from "../../parts/words";
import classes from "./ModelCard.module.css";
import { type ModelSummary, priceFrom } from "./models";

export const KIND_ICONS = { image: IconPhoto, video: IconMovie, audio: IconVolume, text: IconLetterCase };

export function ModelCard({ model, file }: { model: ModelSummary; file?: string }) {
  const Icon = KIND_ICONS[model.kind];
  return (
    <Link
      to="/playground/$"
      params={{ _splat: model.id }}
      search={file ? { file } : {}}
      className={classes.card}
    >
      <Group gap={8} wrap="nowrap" align="flex-start">
        <Icon size={18} stroke={1.6} className={classes.icon} aria-label={words(model.kind)} role="img" />
        <div className={classes.names}>
          <Text fw={600} lineClamp={1}>
            {model.name}
          </Text>
          <Text size="xs" c="dimmed">
            {model.vendor}
          </Text>
        </div>
      </Group>
      <Text size="sm" lineClamp={2} className={classes.about}>
        {model.description}
      </Text>
      <Group gap={6} justify="space-between" align="flex-end">
        <Group gap={4}>
          {!model.enabled && (
            <Badge size="sm" variant="light" color="gray" tt="none">
              Not available
            </Badge>
          )}
          {model.tags.slice(0, 2).map((tag) => (
            <Badge key={tag} size="sm" variant="default" tt="none" fw={500}>
              {words(tag)}
            </Badge>
          ))}
        </Group>
        <Text size="xs" fw={600} className={classes.price}>
          {priceFrom(model)}
        </Text>
      </Group>
    </Link>
  );
}
