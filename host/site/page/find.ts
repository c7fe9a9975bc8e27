// The search of the documentation: sections of pages, found by the words in them.
import MiniSearch from "minisearch"

/** A piece of a page, from one heading to the next. */
export interface Section {
    /** File of the page in the site. */
    page: string
    title: string
    heading: string
    anchor: string
    text: string
}

/** A section that was found, and the words of it that matched. */
export interface Found extends Section {
    words: string[]
}

/** Pages that name everything and explain nothing: found last. */
const LISTS = new Set(["rows.html", "changes.html"])
/** Most results of a search. */
const MAX_RESULTS = 12

/** Makes the search over some sections. @returns what finds those with all words of a query */
export function makeSearch(
    sections: readonly Section[]
): (query: string) => Found[] {
    const index = new MiniSearch<Section & { id: number }>({
        fields: ["heading", "title", "text"],
        searchOptions: {
            boost: { heading: 4, title: 2 },
            boostDocument: id =>
                LISTS.has(sections[id as number]!.page) ? 0.1 : 1,
            combineWith: "AND",
            prefix: true,
            fuzzy: term => (term.length > 4 ? 0.2 : false),
        },
    })
    index.addAll(sections.map((section, id) => ({ ...section, id })))
    return query =>
        index
            .search(query)
            .slice(0, MAX_RESULTS)
            .map(({ id, terms }) => ({
                ...sections[id as number]!,
                words: terms,
            }))
}

/** Most characters of a text beside a result. */
const SNIPPET_CHARS = 160

/** The part of a text around the first of the words. */
export function snippet(text: string, words: readonly string[]): string {
    const lower = text.toLowerCase()
    const places = words
        .map(word => lower.indexOf(word))
        .filter(place => place >= 0)
    const first = places.length ? Math.min(...places) : 0
    const begin = Math.max(0, first - SNIPPET_CHARS / 4)
    const end = begin + SNIPPET_CHARS
    return (
        (begin > 0 ? "… " : "") +
        text.slice(begin, end) +
        (end < text.length ? " …" : "")
    )
}
