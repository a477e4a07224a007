// Opens every state of the page in Chromium, as people see it: light, dark, 320 px wide, without JavaScript.
//
// Reads [{name, url}, …] from standard input, prints a line for everything that is wrong, and ends with 1 if anything is,
// with 2 if something is missing that it needs.

import { createRequire } from "node:module";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const need = (sentence) => {
  console.error(sentence);
  process.exit(2);
};
const folder = process.env.WFM_BROWSER_MODULES;
const require = createRequire(folder ? join(resolve(folder), "here.js") : import.meta.url);
const load = (name, how) => {
  try {
    return how(name);
  } catch {
    return need(`${name} is not found: npm install playwright-core axe-core, and set WFM_BROWSER_MODULES to that folder`);
  }
};
const { chromium } = load("playwright-core", require);
const axe = load("axe-core/axe.min.js", require.resolve);
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
if (!existsSync(executablePath)) need(`there is no Chromium at ${executablePath}: set CHROMIUM to the program`);
const screenshots = process.env.WFM_SCREENSHOTS;
if (screenshots) mkdirSync(screenshots, { recursive: true });

const VIEWS = [
  { view: "light", width: 1280, colorScheme: "light", javaScriptEnabled: true },
  { view: "dark", width: 1280, colorScheme: "dark", javaScriptEnabled: true },
  { view: "narrow", width: 320, colorScheme: "light", javaScriptEnabled: true },
  { view: "narrow-dark", width: 320, colorScheme: "dark", javaScriptEnabled: true },
  { view: "without-javascript", width: 1280, colorScheme: "light", javaScriptEnabled: false },
];

let wrong = 0;
const say = (where, what) => {
  wrong += 1;
  console.log(`${where}: ${what}`);
};

// A page and what it did: requests, and errors of the console.
const open = async (browser, { width, colorScheme, javaScriptEnabled }) => {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, javaScriptEnabled });
  const page = await context.newPage();
  const requests = [], errors = [];
  page.on("request", (request) => request.url().startsWith("data:") || requests.push(request.url()));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("dialog", (dialog) => { errors.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  if (javaScriptEnabled) await page.addInitScript({ path: axe });
  return { context, page, requests, errors };
};

const judge = async (page, where, javaScriptEnabled) => {
  const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  if (wide > seen) say(where, `it scrolls sideways: ${wide} px in ${seen} px`);
  if (!javaScriptEnabled) return;
  const { violations } = await page.evaluate(() => window.axe.run());
  for (const { id, impact, nodes } of violations) say(where, `axe: ${id} (${impact}), ${nodes.length} ×: ${nodes[0].html.slice(0, 120)}`);
};

const look = async (browser, { name, url }, view) => {
  const where = `${name}, ${view.view}`;
  const { context, page, requests, errors } = await open(browser, view);
  await page.goto(url);
  const shot = async (more) => screenshots && page.screenshot({ path: join(screenshots, `${name}-${view.view}${more}.png`), fullPage: true });
  await judge(page, where, view.javaScriptEnabled);
  const text = await page.locator("body").innerText();
  const nonsense = text.match(/\b(NaN|undefined|null|Infinity)\b|\[object /);
  if (nonsense) say(where, `it says ${nonsense[0]}`);
  const pause = await page.locator("#pause").isVisible();
  if (pause !== view.javaScriptEnabled) say(where, `Pause is ${pause ? "" : "in"}visible`);
  if (!await page.getByRole("link", { name: "Reload" }).isVisible()) say(where, "there is no Reload");
  await shot("");
  for (const summary of await page.locator("summary").all()) await summary.click();
  await judge(page, `${where}, all open`, view.javaScriptEnabled);
  await shot("-open");
  if (requests.length !== 1) say(where, `${requests.length} requests: ${requests.join(" ")}`);
  for (const error of errors) say(where, `the console says: ${error}`);
  await context.close();
};

// Half a minute later: something is new, and nothing that a reader did is undone.
const poll = async (browser, { url }) => {
  const where = "polling";
  const { context, page, requests, errors } = await open(browser, VIEWS[0]);
  let answer = (route) => route.continue();
  await page.route("**/*", (route) => answer(route));
  await page.clock.install();
  await page.goto(url);
  const details = page.locator("details[data-key='Deployment/deis-router']");
  await details.locator("summary").focus();
  await page.keyboard.press("Enter");
  const place = await page.evaluate(() => { scrollBy(0, 200); return scrollY; });
  const state = () => page.evaluate(() => [scrollY, document.activeElement.closest("details")?.dataset.key]);
  const check = (fine, what) => fine || say(where, what);
  // A row more above it, and other ages.
  answer = async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace("seen just now", "seen 7 min ago")
      .replace("<tbody>", "<tbody><tr><td>new</td><th class=\"name\"><details data-key=\"new\"><summary>New</summary></details></th></tr>");
    await route.fulfill({ response, body });
  };
  const half = async () => { await page.clock.runFor(31000); await page.waitForTimeout(500); };
  await half();
  check(requests.length === 2, `${requests.length} requests after half a minute, and not 2`);
  check(await page.getByText("seen 7 min ago").count() === 1, "what is new is not shown");
  check(await details.evaluate((one) => one.open), "what was open is closed");
  check(await page.locator("details[open]").count() === 1, "what was closed is open");
  const [y, key] = await state();
  check(key === "Deployment/deis-router", `the focus went to ${key}`);
  check(Math.abs(y - place) < 120, `the page moved from ${place} to ${y}`);
  await page.evaluate(() => Object.defineProperty(document, "hidden", { get: () => true, configurable: true }));
  await half();
  check(requests.length === 2, "it asks while it is hidden");
  await page.evaluate(() => delete document.hidden);
  await page.getByRole("button", { name: "Pause" }).click();
  await half();
  check(requests.length === 2, "it asks while it is paused");
  answer = (route) => route.abort();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.waitForTimeout(500);
  check(await page.getByText("No answer since").isVisible(), "it does not say that nobody answers");
  answer = (route) => route.continue();
  await half();
  check(!await page.getByText("No answer since").isVisible(), "it says that nobody answers when somebody does");
  const other = errors.filter((error) => !error.includes("ERR_FAILED"));
  for (const error of other) say(where, `the console says: ${error}`);
  await context.close();
};

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--no-first-run"] });
const states = JSON.parse(readFileSync(0, "utf8"));
if (process.argv[2] === "poll") await poll(browser, states[0]);
else for (const state of states) for (const view of VIEWS) await look(browser, state, view);
await browser.close();
console.log(`${states.length} pages, ${wrong} faults`);
process.exit(wrong ? 1 : 0);
