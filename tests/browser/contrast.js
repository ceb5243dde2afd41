// Returns the visible texts whose contrast with what lies behind them is below 4.5, as "ratio text".
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function rgba(color) {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255];
}
function over(front, back) {
  return [0, 1, 2].map((at) => front[at] * front[3] + back[at] * (1 - front[3])).concat(1);
}
function ground(element) {
  const layers = [];
  for (let at = element; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
  return layers.reverse().reduce((back, front) => over(front, back), [255, 255, 255, 1]);
}
function luminance(color) {
  const [red, green, blue] = color.slice(0, 3).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
const weak = [];
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const text = texts.currentNode;
  const element = text.parentElement;
  if (!text.data.trim() || ["SCRIPT", "STYLE", "NOSCRIPT"].includes(element.tagName)) continue;
  if (!element.checkVisibility()) continue;
  const style = getComputedStyle(element);
  const behind = ground(element);
  const [light, dark] = [luminance(over(rgba(element.closest("svg") ? style.fill : style.color), behind)), luminance(behind)]
    .sort((a, b) => b - a);
  const ratio = (light + 0.05) / (dark + 0.05);
  if (ratio < 4.5) weak.push(`${ratio.toFixed(2)} ${text.data.trim().slice(0, 60)}`);
}
return weak;
