/** A name that nothing else has: 32 hexadecimal digits. `crypto.randomUUID` is not there on plain http. */
export function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
