import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import solid from "vite-plugin-solid";
import { defineConfig } from "vitest/config";

/** What all scripts together may weigh, gzipped: the bar of design section 15. */
const SCRIPT_BYTES_MAX = 150 * 1024;

/** Fails the build when the scripts are heavier than the bar, and says how heavy they are. */
function scriptBudget(): Plugin {
  return {
    name: "script-budget",
    apply: "build",
    generateBundle(_options, bundle) {
      let bytes = 0;
      for (const file of Object.values(bundle)) {
        if (file.type === "chunk") bytes += gzipSync(file.code, { level: 9 }).length;
      }
      const size = `${(bytes / 1024).toFixed(1)} KiB of script gzipped, ${SCRIPT_BYTES_MAX / 1024} KiB allowed`;
      if (bytes > SCRIPT_BYTES_MAX) this.error(size);
      this.info(size);
    },
  };
}

/** Writes a .gz beside each file of text, for the gateway to send as it is. */
function precompress(): Plugin {
  return {
    name: "precompress",
    apply: "build",
    writeBundle({ dir }, bundle) {
      for (const name of Object.keys(bundle)) {
        if (!dir || !/\.(js|css|html)$/.test(name)) continue;
        const path = join(dir, name);
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  plugins: [solid(), scriptBudget(), precompress()],
  build: {
    target: "es2022",
    // A data: URL would need a wider Content-Security-Policy than 'self'.
    assetsInlineLimit: 0,
    // The preload helper is only for old browsers.
    modulePreload: { polyfill: false },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    testTimeout: 30_000,
  },
});
