/**
 * The speed of a board's console and of the bridge to its bus: that of the UART behind the USB chip
 * of an ESP32 (`usb_init` of microsoft/devicescript-esp32). Boards with USB of their own take any.
 */
export const RUNTIME_BAUD = 1_500_000
