/** The picture of the README: shop and inbox side by side, composed in a page of the same Chromium. */
import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * @param {import("playwright-core").Browser} browser
 * @param {{shop: string, inbox: string, to: string}} files PNG files
 */
export async function compose(browser, { shop, inbox, to }) {
  await mkdir(dirname(to), { recursive: true });
  const [left, right] = await Promise.all([shop, inbox].map(async (file) => (await readFile(file)).toString("base64")));
  const page = await browser.newPage({ viewport: { width: 1800, height: 760 } });
  await page.setContent(`<!doctype html><style>
    body { margin: 0; padding: 36px; width: 1728px; background: #e9e4da; display: flex; gap: 28px; font: 600 19px/1.3 system-ui, sans-serif; color: #3d352b }
    figure { margin: 0; flex: 1 } figcaption { margin: 0 0 14px 4px }
    img { width: 100%; border-radius: 14px; box-shadow: 0 14px 40px #0003; display: block }
  </style>
  <figure><figcaption>What the shopper sees</figcaption><img src="data:image/png;base64,${left}"></figure>
  <figure><figcaption>What the agent sees</figcaption><img src="data:image/png;base64,${right}"></figure>`);
  await page.locator("body").screenshot({ path: to });
  await page.close();
}
