/** Links to pages of this app that look like links, and such that look like buttons. */
import { Anchor, type AnchorProps, Button, type ButtonProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { ComponentProps } from "react";

type Rest<Props> = Omit<ComponentProps<"a">, keyof Props | "href">;

export const PageLink = createLink((props: AnchorProps & Rest<AnchorProps>) => <Anchor {...props} />);

export const PageButton = createLink((props: ButtonProps & Rest<ButtonProps>) => (
  <Button component="a" {...props} />
));
