// Drives the dashboard through the whole circle, on a controller that has an incident or is about to have one:
// incident, recommendation, approval, rollout CONFIRMED, incident RESOLVED. Exits with 0 when all of it was seen.
//
// BERTHMASTER_WEB_URL     where the dashboard is, for example http://127.0.0.1:7680
// BERTHMASTER_SCREENSHOT  optional: where to put a 1440x900 PNG of the sick pool with its incident
// CHROMIUM                optional: the browser's executable
import { checkAccessibility } from "./axe.mjs";
import { launch, openPage } from "./browser.mjs";

/** Detection needs a few samples, and a soak takes its time. In milliseconds. */
const INCIDENT_TIMEOUT = 180_000;
const ROLLOUT_TIMEOUT = 300_000;
const STEP_TIMEOUT = 60_000;
const FIRST_VISITS_MAX = 3;

const REASON = "Approved by the end-to-end test of the dashboard";

const base = process.env.BERTHMASTER_WEB_URL?.replace(/\/$/, "");
if (!base) {
  console.error("circle: set BERTHMASTER_WEB_URL to the address of the dashboard");
  process.exit(2);
}

let step = "start the browser";
let page;

async function doing(what, action) {
  step = what;
  console.log(`circle: ${what}`);
  return action();
}

function headBadge(word) {
  return page.locator(".page-head .badge", { hasText: new RegExp(`^${word}$`) });
}

/** Goes to a page by its path, as a reload or a shared link does, and waits for its data. */
async function visit(path) {
  await page.goto(base + path);
  await page.locator("main h1").waitFor({ timeout: STEP_TIMEOUT });
  await page
    .locator("main")
    .getByText(/^Reading .*…$/)
    .first()
    .waitFor({ state: "detached" });
  await page.locator('.data-age[data-state="live"]').waitFor({ timeout: STEP_TIMEOUT });
}

/** The browser's very first page, which waits for much more than ours on a machine that is busy or has no network. */
async function visitFirst() {
  for (let attempt = 1; ; attempt++) {
    try {
      await visit("/");
      return;
    } catch (error) {
      if (attempt === FIRST_VISITS_MAX) throw error;
      console.log(
        `circle: the first page did not come (${String(error).split("\n")[0]}); once more`,
      );
    }
  }
}

async function findIncident() {
  await visitFirst();
  const link = page.locator('main a[href^="/incidents/"]').first();
  await link.waitFor({ timeout: INCIDENT_TIMEOUT });
  const path = await link.getAttribute("href");
  await link.click();
  await page.waitForURL((url) => url.pathname === path);
  await page.getByRole("heading", { name: /^Why: / }).waitFor({ timeout: STEP_TIMEOUT });
  return path;
}

/** The incident's first recommendation that writes something, and the pool it is about. */
async function findRecommendation() {
  const card = page.locator(".card", { has: page.locator(".card-change") }).first();
  await card.waitFor({ timeout: INCIDENT_TIMEOUT });
  return {
    recommendation: await card.locator("h3 a").getAttribute("href"),
    pool: await page.locator('main .facts a[href^="/pools/"]').first().getAttribute("href"),
  };
}

async function checkPages(paths) {
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const path of paths) {
      await visit(path);
      await checkAccessibility(page, `${path} (${scheme})`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
}

async function takeScreenshot(pool) {
  await visit(`${pool}?range=5m`);
  await page.locator(".chart canvas").waitFor({ timeout: STEP_TIMEOUT });
  await page.getByRole("heading", { name: "Incidents of this pool" }).waitFor();
  if (process.env.BERTHMASTER_SCREENSHOT) {
    await page.screenshot({ path: process.env.BERTHMASTER_SCREENSHOT });
  }
}

async function approve(recommendation) {
  await visit(recommendation);
  await page.getByRole("button", { name: "Approve…" }).click();
  const dialog = page.getByRole("dialog");
  await checkAccessibility(page, "the approval dialog");
  await dialog.getByRole("textbox").fill(REASON);
  await dialog.getByRole("button", { name: "Approve", exact: true }).click();
  const refusal = dialog.getByRole("alert");
  await Promise.race([
    page.waitForURL((url) => url.pathname.startsWith("/rollouts/"), { timeout: STEP_TIMEOUT }),
    refusal.waitFor({ timeout: STEP_TIMEOUT }).then(
      async () => {
        throw new Error(`the approval was refused: ${await refusal.innerText()}`);
      },
      // No refusal came: the other branch of the race decides.
      () => new Promise(() => {}),
    ),
  ]);
  return new URL(page.url()).pathname;
}

/** Waits for CONFIRMED, and stops early at an end that is another one. */
async function awaitConfirmed() {
  const end = page.locator(".page-head .badge", { hasText: /^(CONFIRMED|FAILED|REVERTED)$/ });
  await end.waitFor({ timeout: ROLLOUT_TIMEOUT });
  const state = (await end.innerText()).trim();
  if (state !== "CONFIRMED") {
    throw new Error(`the rollout ended ${state}: ${await page.locator("main").innerText()}`);
  }
}

async function main(browser) {
  const opened = await openPage(browser);
  page = opened.page;
  page.setDefaultTimeout(STEP_TIMEOUT);
  const incident = await doing("wait for an open incident and open it", findIncident);
  const found = await doing("find its first recommendation with changes", findRecommendation);
  await doing("take the screenshot of its pool", () => takeScreenshot(found.pool));
  const host = `/${found.pool.split("/").slice(2, 4).join("/")}`;
  await doing("check every main page with axe-core", () =>
    checkPages([
      "/",
      "/hosts",
      host,
      found.pool,
      "/incidents",
      incident,
      "/recommendations",
      found.recommendation,
      "/rollouts",
      "/silences",
      "/policies",
      "/propose",
      "/audit",
    ]),
  );
  const rollout = await doing("approve it with a reason", () => approve(found.recommendation));
  await doing("wait until the rollout is CONFIRMED", awaitConfirmed);
  await doing("check the rollout page with axe-core", () => checkPages([rollout]));
  await doing("wait until the incident is RESOLVED", async () => {
    await visit(incident);
    await headBadge("RESOLVED").waitFor({ timeout: ROLLOUT_TIMEOUT });
  });
  if (opened.complaints.length > 0) {
    throw new Error(`the browser complained:\n${opened.complaints.join("\n")}`);
  }
}

const browser = await launch();
try {
  await main(browser);
  console.log("circle: done");
} catch (error) {
  console.error(`circle: FAILED at "${step}"\n${error.stack ?? error}`);
  if (page) {
    const text = await page
      .locator("body")
      .innerText()
      .catch(() => "(no page)");
    console.error(`circle: at ${page.url()} the page said:\n${text}`);
  }
  process.exitCode = 1;
} finally {
  await browser.close();
}
