import { chromium } from "playwright-core";

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Looking for a proxy takes its time where there is no network.
  "--no-proxy-server",
];

/** The window of the screenshot. */
const VIEWPORT = { width: 1440, height: 900 };

/** Starts Debian's chromium, or the one in the environment variable CHROMIUM. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ARGUMENTS,
  });
}

/** Opens a page whose errors are kept: what the console and the page itself complain about. */
export async function openPage(browser, colorScheme = "light") {
  const context = await browser.newContext({ viewport: VIEWPORT, colorScheme });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`page error: ${error.stack ?? error}`));
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    // A cut connection is something the dashboard has to live with, and shows by itself.
    if (!message.text().includes("net::ERR_")) complaints.push(`console: ${message.text()}`);
  });
  return { page, complaints };
}
