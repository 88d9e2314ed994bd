import { decode } from "./blurhash.js";
const canvas = document.querySelector("canvas");
const { width, height } = canvas;
const pixels = decode(canvas.dataset.blurhash, width, height);
canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
canvas.dataset.painted = "yes";
