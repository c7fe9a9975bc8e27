import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import type { TestContext } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import {
    type Browser,
    type BrowserContextOptions,
    chromium,
    type Page,
} from "playwright-core"
import { cleanUp } from "../system/harness.ts"

const CHROMIUM = "/usr/bin/chromium"

/** Longest wait for something to be seen, in ms: a busy machine draws slowly. */
const TIMEOUT_MS = 60_000
/** Time between two looks, in ms. */
const LOOK_MS = 50

/** Widths and colour schemes that the page is looked at in. */
export const LOOKS = [
    { name: "wide-light", width: 1600, height: 1000, colorScheme: "light" },
    { name: "wide-dark", width: 1600, height: 1000, colorScheme: "dark" },
    { name: "narrow-light", width: 400, height: 900, colorScheme: "light" },
    { name: "narrow-dark", width: 400, height: 900, colorScheme: "dark" },
] as const

/** Why tests in a browser are skipped here; CI has to have one. */
export const noBrowser =
    existsSync(CHROMIUM) || process.env.CI
        ? false
        : `there is no ${CHROMIUM} (apt install chromium)`

/** A headless Chromium, closed after the test. */
export async function startBrowser(t: TestContext): Promise<Browser> {
    const browser = await chromium.launch({
        executablePath: CHROMIUM,
        args: ["--no-sandbox"],
    })
    cleanUp(t, () => browser.close())
    return browser
}

/** A page; whatever goes wrong in it, or leaves this machine, fails the test. */
export async function openPage(
    t: TestContext,
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {}
): Promise<Page> {
    const context = await browser.newContext({
        viewport: { width: 1600, height: 1000 },
        ...options,
    })
    context.setDefaultTimeout(TIMEOUT_MS)
    const page = await context.newPage()
    const problems: string[] = []
    page.on("pageerror", error => problems.push(error.stack ?? error.message))
    page.on("console", message => {
        // a request that fails is shown by the page itself
        if (
            message.type() === "error" &&
            !message.text().startsWith("Failed to load resource")
        )
            problems.push(message.text())
    })
    page.on("request", request => {
        if (!request.url().startsWith(new URL(".", url).href))
            problems.push(`a request to ${request.url()}`)
    })
    cleanUp(t, async () => {
        await context.close()
        if (problems.length) throw new Error(problems.join("\n"))
    })
    await page.goto(url)
    return page
}

/** Waits until the page shows what is wanted: it may not have drawn that yet. */
export async function untilShown<T>(
    read: () => Promise<T>,
    wanted: T
): Promise<void> {
    const until = Date.now() + TIMEOUT_MS
    const isSame = (shown: T) =>
        JSON.stringify(shown) === JSON.stringify(wanted)
    let shown = await read()
    while (!isSame(shown) && Date.now() < until) {
        await sleep(LOOK_MS)
        shown = await read()
    }
    assert.deepEqual(shown, wanted)
}

/**
 * Waits until an element was there for a frame. A locator looks twice a second, and can miss for
 * ever what comes and goes in the same time.
 */
export async function untilFlashed(
    page: Page,
    selector: string
): Promise<void> {
    const wasSeen = await page.evaluate<boolean>(`new Promise(resolve => {
        const until = Date.now() + ${TIMEOUT_MS}
        const look = () => {
            const isSeen = document.querySelector(${JSON.stringify(selector)}) !== null
            if (isSeen || Date.now() > until) resolve(isSeen)
            else requestAnimationFrame(look)
        }
        look()
    })`)
    assert.ok(wasSeen, `${selector} was never seen`)
}
