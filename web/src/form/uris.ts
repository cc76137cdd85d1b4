/**
 * Stands in for fast-uri, with which react-jsonschema-form follows `$ref`s between documents. A model's schema is one
 * document, and browsers resolve addresses themselves.
 */
export default {
  equal: (one: string, other: string) => one === other,
  resolve: (base: string, reference: string) => new URL(reference, base).href,
};
