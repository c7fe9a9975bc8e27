/** Lines of columns, numbers to the right, two blanks between them. */
export function table(head: string[], rows: (string | number)[][]): string[] {
    const all = [head, ...rows.map(row => row.map(String))]
    const widths = head.map((_, column) =>
        Math.max(...all.map(row => row[column]!.length))
    )
    const isNumber = head.map((_, column) =>
        rows.every(row => typeof row[column] === "number")
    )
    return all.map(row =>
        row
            .map((cell, column) =>
                isNumber[column] && rows.length
                    ? cell.padStart(widths[column]!)
                    : cell.padEnd(widths[column]!)
            )
            .join("  ")
            .trimEnd()
    )
}
