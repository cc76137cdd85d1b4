/**
 * Stands in for markdown-to-jsx, which react-jsonschema-form imports for descriptions with markup. Ours are plain and
 * shown by fields of our own, so this is never called.
 */
export function Markdown(): null {
  return null;
}
