import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { compression, defineAlgorithm } from "vite-plugin-compression2";
import { defineConfig } from "vitest/config";

/** The server that `npm run dev` hands API calls to. */
const server = process.env.SPOOL_URL ?? "http://127.0.0.1:8080";
const toServer = { target: server, changeOrigin: false };

/** What stands in for a part of the form library. */
const ours = (file: string) => fileURLToPath(new URL(`./src/form/${file}`, import.meta.url));

export default defineConfig({
  plugins: [
    react(),
    // The binary sends these as they are; nothing is compressed while it serves.
    compression({
      include: /\.(html|js|css|svg|json)$/,
      threshold: 1024,
      algorithms: [defineAlgorithm("gzip", { level: 9 }), "brotliCompress"],
    }),
  ],
  resolve: {
    // Saves the playground's form 30 kB of script that it has no use for.
    alias: { "markdown-to-jsx/react": ours("markdown.ts"), "fast-uri": ours("uris.ts") },
  },
  build: {
    // These know `light-dark()` themselves; what stands in for it elsewhere does not see Mantine's colour scheme.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // Data URLs would need a wider content policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      "/v1": toServer,
      "/admin": toServer,
      "/upload": toServer,
      "/account": {
        ...toServer,
        bypass: (request) => (request.url === "/account" ? undefined : request.url),
      },
      "/openapi.json": toServer,
      "/docs": toServer,
    },
  },
  test: { include: ["src/**/*.test.{ts,tsx}"] },
});
