// Looks at a page as people do: on a phone and a desk, by day and by night, with or without eyes.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [320, 1280];
const SCHEMES = ['light', 'dark'];
/** A folder for a picture of each page as it was looked at, where one is named. */
const PICTURES = process.env.CRESSET_PICTURES;
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What is wrong with the page as it stands, as sentences. */
export async function faults(page, name) {
  const found = [];
  // The protocol's own evaluation is not bound by the page's policy, which forbids scripts.
  await page.evaluate(axe);
  for (const width of WIDTHS) {
    for (const colorScheme of SCHEMES) {
      await page.setViewportSize({ width, height: 900 });
      // Colours that are still changing are none to measure.
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const place = `${name} at ${width} px, ${colorScheme}`;
      if (PICTURES) {
        const file = `${name.replaceAll(/\W+/g, '-')}-${width}-${colorScheme}.png`;
        await page.screenshot({ path: join(PICTURES, file), fullPage: true });
      }
      const beyond = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      if (beyond > 0) found.push(`${place}: ${beyond} px wider than the window`);
      const { violations } = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: values }), RULES);
      for (const { id, help, nodes } of violations) {
        found.push(`${place}: ${id}: ${help}: ${nodes.map((node) => node.html).join(' | ')}`);
      }
    }
  }
  return found;
}
