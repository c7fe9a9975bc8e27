// rows: D4
import assert from "node:assert/strict"
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { test } from "node:test"
import { pathToFileURL } from "node:url"
import { makeSearch } from "../../host/site/page/find.ts"
import { PAGES } from "../../host/site/pages.ts"
import { buildSite } from "../../host/site/site.ts"
import { tempFolder } from "../system/harness.ts"
import { noBrowser, openPage, startBrowser } from "../web/browser.ts"

test("the site has all pages, and a search that finds sections", async t => {
    const out = tempFolder(t)
    const { pages, sections } = await buildSite(out)
    assert.equal(pages, PAGES.length)
    const find = makeSearch(sections)
    const first = (query: string) => {
        const [found] = find(query)
        return found && `${found.page}#${found.anchor}`
    }
    assert.equal(first("safe mode"), "tasks.html#boot-journal-and-safe-mode")
    assert.equal(first("patterns"), "heartbeat.html#patterns")
    // a part of a word, and one with a mistake in it
    assert.ok(find("watchd").some(({ page }) => page === "tasks.html"))
    assert.ok(find("wachdog").some(({ page }) => page === "tasks.html"))
    assert.deepEqual(find("nothinglikethis"), [])
    for (const { target } of PAGES)
        assert.match(
            readFileSync(join(out, target), "utf8"),
            /<nav id="menu">[^]*<a href="index.html"[^]*<h1 id="/,
            target
        )
})

test("a link that leads nowhere, and a page in no menu, end the build", async t => {
    const folder = tempFolder(t)
    for (const { source } of PAGES) cpSync(source, join(folder, source))
    for (const name of ["docs", "examples"])
        cpSync(name, join(folder, name), { recursive: true })
    const before = process.cwd()
    process.chdir(folder)
    try {
        const tasks = readFileSync("docs/tasks.md", "utf8")
        for (const link of ["gone.md", "log.md#gone", "../src/main.ts"]) {
            writeFileSync("docs/tasks.md", `${tasks}\n[x](${link})\n`)
            await assert.rejects(buildSite("site"), {
                message: `docs/tasks.md: the link "${link}" leads to no page, heading or picture of the site`,
            })
        }
        writeFileSync("docs/tasks.md", tasks)
        writeFileSync("docs/new.md", "# New\n")
        await assert.rejects(buildSite("site"), {
            message: "docs/new.md: not in host/site/pages.ts",
        })
    } finally {
        process.chdir(before)
    }
})

test(
    "the site works from a folder: search, keys, links",
    { skip: noBrowser },
    async t => {
        const out = tempFolder(t)
        mkdirSync(out, { recursive: true })
        await buildSite(out)
        const browser = await startBrowser(t)
        const start = pathToFileURL(resolve(out, "index.html")).href
        const page = await openPage(t, browser, start)
        await page.keyboard.press("/")
        await page.keyboard.type("grace period")
        await page.locator("#results a").first().waitFor()
        await page.keyboard.press("Enter")
        await page.waitForURL(/tasks\.html#/)
        await page
            .locator("nav a[aria-current]", { hasText: "Tasks" })
            .waitFor()
        await page.fill("#search", "nothinglikethis")
        await page.locator("#results", { hasText: "nothing has" }).waitFor()
        await page.keyboard.press("Escape")
        await page.locator("#results").waitFor({ state: "hidden" })
        await page.click('nav a:text("The log")')
        await page.waitForURL(/log\.html$/)
        // on a phone the text comes first, and a link leads to the menu
        await page.setViewportSize({ width: 400, height: 800 })
        const title = await page.locator("h1").boundingBox()
        assert.ok(title!.y < 200, `the title is at ${title!.y}`)
        await page.click("text=Menu")
        await page.waitForURL(/#menu$/)
        const menu = await page.locator("nav").boundingBox()
        assert.ok(menu!.y < 800, `the menu is at ${menu!.y}`)
    }
)
