// rows: D4
import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { test } from "node:test"
import { panicMeaning } from "../../host/panic.ts"
import { PAGES } from "../../host/site/pages.ts"
import { DECLARED, FACTS, NAME, OTHER_NUMBERS, VM, wordingOf } from "./facts.ts"
import { textOf } from "./sources.ts"

/** What is no quantity, as 0 is none: code, links, standards, codes of panics, the numbers of a list. */
const NO_QUANTITY =
    /`[^`]*`|\]\([^)]*\)|RFC \d+(?:, [\d.]+)?|SHA-256|SP 800-208|\b60\d{3}\b|127\.0\.0\.1|(?<= )\d\. (?=\S)/g
const NUMBER = /(?<![\w./-])(?:[1-9][\d,.]*|0\.\d+)(?!\w)/g
/** A row of the table of docs/settings.md, which is the schema's: texts.test.ts holds it. */
const SETTINGS_ROW = /^\| `[A-Z_]+` .*$/gm

/** The text of a page without blocks of code, and without what another test holds. */
function proseOf(page: string): string {
    const text = readFileSync(page, "utf8").replaceAll(/^```[^]*?^```/gm, "")
    const own =
        page === "docs/settings.md" ? text.replaceAll(SETTINGS_ROW, "") : text
    return own.replaceAll(/\s+/g, " ")
}

/** The places that some words have in a text. */
function placesOf(words: string, text: string): [number, number][] {
    const places: [number, number][] = []
    for (
        let at = text.indexOf(words);
        at >= 0;
        at = text.indexOf(words, at + 1)
    )
        places.push([at, at + words.length])
    return places
}

const LISTED = readdirSync("docs").filter(
    // docs/rows.md is made of the tests' names
    name => name.endsWith(".md") && name !== "rows.md"
)
for (const page of [
    "README.md",
    "bench/README.md",
    ...LISTED.map(name => `docs/${name}`),
])
    test(`${page} has no number that nothing holds`, () => {
        const text = proseOf(page)
        const others = Object.entries(OTHER_NUMBERS[page] ?? {})
        for (const [words, source] of others) {
            assert.ok(text.includes(words), `${page}: not found: ${words}`)
            assert.ok([VM, NAME].includes(source) || existsSync(source), source)
        }
        const held = [
            ...(FACTS[page] ?? []).map(wordingOf),
            ...others.map(([words]) => words),
        ].flatMap(words => placesOf(words, text))
        const bare = text.replaceAll(NO_QUANTITY, found =>
            " ".repeat(found.length)
        )
        const free = [...bare.matchAll(NUMBER)]
            .filter(({ index }) =>
                held.every(([from, to]) => index < from || index >= to)
            )
            .map(({ index }) => text.slice(Math.max(0, index - 40), index + 40))
        assert.deepEqual(free, [])
    })

for (const [page, facts] of Object.entries(FACTS))
    test(`${page} has the numbers of the source`, () => {
        const text = textOf(page)
        for (const fact of facts) {
            const wording = wordingOf(fact)
            assert.ok(text.includes(wording), `${page}: not found: ${wording}`)
        }
    })

test("tables in the docs have the defaults of the schema", () => {
    let found = 0
    for (const { source } of PAGES)
        // rows only: the head of a table is followed by dashes
        for (const [, key, cell] of readFileSync(source, "utf8").matchAll(
            /^\| `([A-Z_]+)` *\| ([^|]*) \|.*\n(?!\| -)/gm
        )) {
            const setting = DECLARED.find(known => known.key === key)
            if (!setting) continue
            found++
            const shown = cell!.trim().replaceAll("`", "").split(":")[0]!
            assert.equal(
                shown.replace("empty", ""),
                setting.fallback,
                `${source}: ${key}`
            )
        }
    assert.ok(found > DECLARED.length)
})

test("the docs know the panic codes that the host explains", () => {
    const rows = readFileSync("docs/vm.md", "utf8").matchAll(
        /^\| (60\d{3}) +\| (.*?) +\|$/gm
    )
    const codes = [...rows].map(([, code]) => Number(code))
    assert.ok(codes.length > 2)
    const text = textOf("docs/board.md")
    for (const code of codes) {
        const meaning = panicMeaning(code)
        assert.notEqual(meaning, "unknown", String(code))
        assert.ok(text.includes(`${code} ${meaning}`), `${code} ${meaning}`)
    }
})
