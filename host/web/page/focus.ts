/**
 * Moves the focus from a button of a form to its field, as the button goes when its work is done. Only
 * for those who work by keys: on a phone a field that has the focus brings up the keyboard.
 */
export function focusField(form: Element | null): void {
    const button = form?.querySelector("button:focus-visible")
    if (button) form!.querySelector<HTMLElement>("input, select")?.focus()
}
