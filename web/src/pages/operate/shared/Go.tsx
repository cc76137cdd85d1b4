/** A link to another page of the app, with its search parameters checked. */
import { Anchor, type AnchorProps, Button, type ButtonProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, Ref } from "react";

type Html = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof AnchorProps> & {
  ref?: Ref<HTMLAnchorElement>;
};

function Plain(props: AnchorProps & Html) {
  return <Anchor size="sm" {...props} />;
}
export const Go = createLink(Plain);

function Strong(props: ButtonProps & Omit<Html, keyof ButtonProps>) {
  return <Button component="a" {...props} />;
}
/** The same as a button. */
export const GoButton = createLink(Strong);
