/** A table to be printed; numbers are right-aligned. */
export interface Table {
    title: string
    head: string[]
    rows: string[][]
}

type Cell = string | number

/** Makes a table; numbers get separators between thousands. */
export function table(title: string, head: string[], rows: Cell[][]): Table {
    return { title, head, rows: rows.map(row => row.map(cellText)) }
}

/** The table as text for a terminal. */
export function tableText({ title, head, rows }: Table): string {
    const widths = head.map((word, column) =>
        Math.max(word.length, ...rows.map(row => row[column]?.length ?? 0))
    )
    const line = (cells: string[]) =>
        cells
            .map((cell, column) =>
                isNumeric(rows, column)
                    ? cell.padStart(widths[column])
                    : cell.padEnd(widths[column])
            )
            .join("  ")
            .trimEnd()
    const rule = widths.map(width => "-".repeat(width)).join("  ")
    return [title, "", line(head), rule, ...rows.map(line), ""].join("\n")
}

function cellText(cell: Cell): string {
    if (typeof cell === "string") return cell
    const digits = Math.abs(cell) < 100 ? 2 : 0
    return cell.toLocaleString("en-US", { maximumFractionDigits: digits })
}

function isNumeric(rows: string[][], column: number): boolean {
    return rows.some(row => /^[-\d]/.test(row[column] ?? "")) && column > 0
}
