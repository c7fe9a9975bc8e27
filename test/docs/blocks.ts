import { PAGES, pageText } from "../../host/site/pages.ts"

/** A fenced code block of a page. */
export interface CodeBlock {
    /** The page and the line of the fence. */
    place: string
    page: string
    /** First word behind the fence, as `ts`. */
    language: string
    /** What follows that word: what the block is, when it is not the usual. */
    mark: string
    code: string
}

/** All code blocks of the documentation. */
export function allBlocks(): CodeBlock[] {
    return PAGES.flatMap(({ source }) => blocksOf(source, pageText(source)))
}

/** The code blocks of a page. @throws Error when a fence is left open */
export function blocksOf(page: string, text: string): CodeBlock[] {
    const blocks: CodeBlock[] = []
    let open: { block: CodeBlock; indent: number } | undefined
    text.split("\n").forEach((line, index) => {
        const [, indent, language, mark] =
            /^( *)```(\S*) *(.*)$/.exec(line) ?? []
        if (indent === undefined) {
            if (open) open.block.code += line.slice(open.indent) + "\n"
        } else if (open) open = undefined
        else {
            const place = `${page}:${index + 1}`
            const block = { place, page, language: language!, mark: mark! }
            open = { block: { ...block, code: "" }, indent: indent.length }
            blocks.push(open.block)
        }
    })
    if (open) throw new Error(`${open.block.place}: the fence is left open`)
    return blocks
}
