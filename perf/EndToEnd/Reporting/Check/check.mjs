// Opens a report in a browser, light and dark, and ends with 1 if anything is wrong: an error of a script, a request to the network,
// a chart that shows nothing, or a finding of axe. Writes a picture of each. Needs node, a Chromium, and: npm install puppeteer-core axe-core
// node check.mjs report.html [directory for the pictures] [path of the browser]
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(resolve("package.json"));
const puppeteer = require("puppeteer-core");
const [report, pictures = ".", executablePath = "/usr/bin/chromium"] = process.argv.slice(2);
const browser = await puppeteer.launch({ executablePath, headless: true, args: ["--no-sandbox"] });
const problems = [];
try {
  for (const scheme of ["light", "dark"]) {
    const page = await browser.newPage();
    page.on("pageerror", error => problems.push(`${scheme}: ${error}`));
    page.on("console", message => ["error", "warn", "warning"].includes(message.type()) && problems.push(`${scheme}: ${message.text()}`));
    page.on("request", request => /^(file|data):/.test(request.url()) || problems.push(`${scheme}: asks for ${request.url()}`));
    await page.setViewport({ width: 1280, height: 900 });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.goto(pathToFileURL(resolve(report)).href, { waitUntil: "load" });

    const empty = await page.$$eval("canvas[data-kind]", canvases => canvases.filter(canvas => {
      const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      return !pixels.some(value => value !== 0);
    }).map(canvas => canvas.dataset.of));
    problems.push(...empty.map(name => `${scheme}: the chart ${name} is empty`));
    console.log(`${scheme}: ${await page.$$eval("canvas[data-kind]", all => all.length)} charts`);

    // The report's own policy lets no script in from outside, so that axe is evaluated and not added.
    await page.evaluate(require("axe-core").source);
    const { violations } = await page.evaluate(() => axe.run());
    problems.push(...violations.map(found => `${scheme}: ${found.id}: ${found.help}: ${found.nodes[0].html}`));
    await page.screenshot({ path: `${pictures}/report-${scheme}.png`, fullPage: true });
    // What docs/performance.md shows: docs/images/performance-report.png.
    if (scheme === "light")
      await page.screenshot({ path: `${pictures}/performance-report.png`, clip: { x: 0, y: 0, width: 1280, height: 1050 } });
    await page.close();
  }
} finally {
  await browser.close();
}
problems.forEach(problem => console.error(problem));
process.exitCode = problems.length > 0 ? 1 : 0;
