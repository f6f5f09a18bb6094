/** Save the picture that the kernel draws of what is in view: as it is, or as an image that the page makes of it. */

/** Pixels for each of the picture's. */
const SCALE = 2;

/**
 * @param {Blob} blob
 * @param {string} name
 */
function saveAs(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/**
 * @param {import("../client.js").Client} client
 * @param {readonly number[]} seqs
 * @param {"svg" | "png"} kind
 */
export async function savePicture(client, seqs, kind) {
  const { buffer } = await client.ask("picture", { seqs: [...seqs] });
  if (buffer === undefined) throw new Error("the kernel sent no picture");
  const bytes = new Uint8Array(new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength));
  const svg = new Blob([bytes], { type: "image/svg+xml" });
  saveAs(kind === "svg" ? svg : await painted(svg), `timeline.${kind}`);
}

/** @param {Blob} svg As an image it runs no script and loads nothing. */
async function painted(svg) {
  const url = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * SCALE;
    canvas.height = image.naturalHeight * SCALE;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((/** @type {(blob: Blob | null) => void} */ done) => canvas.toBlob(done, "image/png"));
    if (blob === null) throw new Error("this browser made no image of it; save it as SVG");
    return blob;
  } finally {
    URL.revokeObjectURL(url);
  }
}
