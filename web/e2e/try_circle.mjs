// Checks the dashboard against the fake fleet, without a controller: the whole circle, and what the circle does not pass by.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { checkAccessibility } from "./axe.mjs";
import { launch, openPage } from "./browser.mjs";
import { startFakeServer } from "./fake_server.mjs";

/** Runs circle.mjs in a process of its own, as the integration test of the repository does. */
async function runCircle() {
  const server = await startFakeServer();
  const circle = spawn(process.execPath, [fileURLToPath(new URL("circle.mjs", import.meta.url))], {
    env: { ...process.env, BERTHMASTER_WEB_URL: server.url },
    stdio: "inherit",
  });
  const code = await new Promise((resolve) => circle.on("exit", resolve));
  await server.stop();
  if (code !== 0) throw new Error(`circle.mjs exited with ${code}`);
}

/** The Fleet page of a fleet of another size or health. */
async function checkFleet(browser, options, heading) {
  const server = await startFakeServer(options);
  const { page, complaints } = await openPage(browser, "dark");
  await page.goto(server.url);
  await page.getByText(heading).first().waitFor();
  await checkAccessibility(page, `the fleet with ${JSON.stringify(options)}`);
  await page.context().close();
  await server.stop();
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
}

/** The dialogs that keys open, and the way they lead. */
async function checkKeys(browser) {
  const server = await startFakeServer();
  const { page } = await openPage(browser);
  await page.goto(server.url);
  await page.getByText("Pools nearest to exhaustion").first().waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await checkAccessibility(page, "the key sheet");
  await page.keyboard.press("Escape");

  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Go to a page" }).fill("web-05");
  await page.getByRole("option", { name: "web-05" }).waitFor();
  await checkAccessibility(page, "the palette");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "web-05" }).waitFor();

  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await page.getByRole("heading", { name: "Recommendations", exact: true }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("pooling");
  await page.waitForURL((url) => url.search === "?filter=pooling");
  await page.goBack();
  await page.getByRole("heading", { name: "web-05" }).waitFor();
  await page.context().close();
  await server.stop();
}

/** An incident that is silenced, and its silence in the list. */
async function checkSilence(browser) {
  const server = await startFakeServer();
  const { page, complaints } = await openPage(browser);
  await page.goto(`${server.url}/incidents/i-1`);
  await page.getByRole("button", { name: "Silence…" }).click();
  await page.getByRole("dialog", { name: "Silence this incident" }).waitFor();
  await checkAccessibility(page, "the dialog of a silence");
  await page.getByRole("textbox", { name: "Reason" }).fill("kernel upgrade");
  await page.getByRole("button", { name: "Silence", exact: true }).click();
  await page.getByText("Silenced until").waitFor();
  await checkAccessibility(page, "a silenced incident");
  await page.goto(`${server.url}/silences`);
  await page.getByText("process=checkout").first().waitFor();
  await checkAccessibility(page, "a silence in the list");
  await page.context().close();
  await server.stop();
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
}

await runCircle();
const browser = await launch();
try {
  await checkFleet(browser, { sick: false, calmHosts: 3 }, "All is well.");
  await checkFleet(browser, { sick: false, calmHosts: 0 }, "No host yet.");
  await checkFleet(browser, { calmHosts: 500 }, "hosts with more headroom are not drawn");
  await checkKeys(browser);
  await checkSilence(browser);
  console.log("try_circle: done");
} finally {
  await browser.close();
}
