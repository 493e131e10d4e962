// Returns what a reader with low contrast vision cannot read: text below 4.5 to 1 (WCAG 2.2 §1.4.3) and
// borders of fields below 3 to 1 (§1.4.11).
const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 })
  .getContext("2d", { willReadFrequently: true });

/** The color over white, as red, green, blue and alpha. */
function rgba(color) {
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data;
}

function background(element) {
  for (let each = element; each; each = each.parentElement) {
    const color = getComputedStyle(each).backgroundColor;
    const alpha = rgba(color)[3];
    if (alpha === 255) return color;
    if (alpha > 0) throw new Error(`a background that shines through: ${each.outerHTML.slice(0, 80)}`);
  }
  throw new Error("no background");
}

function luminance(color) {
  const [red, green, blue] = [...rgba(color)].map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function ratio(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const faint = [];
let checked = 0;
for (const element of document.body.querySelectorAll("*")) {
  const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const isField = element.matches("input:not([type=radio]), select");
  if (!element.checkVisibility() || !(hasText || isField)) continue;
  checked += 1;
  const { color, borderTopColor } = getComputedStyle(element);
  const text = ratio(color, background(element));
  const edge = isField ? ratio(borderTopColor, background(element.parentElement)) : 3;
  if (text < 4.5 || edge < 3) faint.push(`${element.outerHTML.slice(0, 80)}: ${text.toFixed(2)}, ${edge.toFixed(2)}`);
}
return { checked, faint };
