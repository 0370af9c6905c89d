"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const [roll, map, play, loop, time, sound] = ["roll", "map", "play", "loop", "time", "sound"].map(byId);
  document.documentElement.classList.add("scripted");
  byId("mp3").href = sound.src;
  roll.style.maxHeight = data.rows * 26 + 54 + (data.sections.length ? 22 : 0) + "px"; // a few drums need no tall roll

  const END = data.end / 1000;
  const LONGEST = data.notes.reduce((most, n) => Math.max(most, n[1] - n[0]), 0);
  const GUTTER = Math.max(40, ...data.labels.map((label) => 7 * label.length + 16));
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const names = ["paper", "card", "ink", "faint", "shade", "bar", "beat", "octave", "accent"];
  let colour = {}, left = 0, following = true, at = 0;

  const readColours = () => {
    const style = getComputedStyle(document.documentElement);
    colour = Object.fromEntries(names.map((name) => [name, style.getPropertyValue("--" + name).trim()]));
  };
  const clock = (s) => Math.floor(s / 60) + ":" + String(Math.floor(s % 60)).padStart(2, "0");
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

  const fit = (canvas) => {
    const ratio = window.devicePixelRatio || 1, { width, height } = canvas.getBoundingClientRect();
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    return [pen, width, height];
  };

  // About eight bars are in sight, fewer on a narrow screen.
  const span = (width) => {
    const bar = END / data.bars.length;
    return Math.min(END, Math.max(2, clamp(width / 130, 2, 9) * bar));
  };

  const from = (list, value, key = (x) => x) => {
    let low = 0, high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (key(list[middle]) < value) low = middle + 1; else high = middle;
    }
    return low;
  };

  const drawRoll = () => {
    const [pen, width, height] = fit(roll);
    const seconds = span(width - GUTTER), scale = (width - GUTTER) / seconds;
    if (following) {
      left = still.matches ? Math.floor(at / seconds) * seconds : at - seconds * 0.3;
      left = clamp(left, 0, Math.max(0, END - seconds));
    }
    const marks = data.sections.length ? 22 : 0;
    const head = marks + (data.chords.length ? 30 : 12), foot = 24;
    const row = (height - head - foot) / data.rows, bottom = height - foot;
    const x = (ms) => GUTTER + (ms / 1000 - left) * scale;
    const start = left * 1000, stop = (left + seconds) * 1000;
    const beyond = (list, key) => [from(list, start, key), from(list, stop + 1, key)];

    data.black.forEach((black, r) => {
      const drum = r >= data.pitches && (r - data.pitches) % 2;
      if (!black && !drum) return;
      pen.fillStyle = colour.shade;
      pen.fillRect(GUTTER, head + r * row, width, row);
    });
    pen.font = "11px system-ui, sans-serif";
    pen.textBaseline = "middle";
    const lineAt = (px, style) => { pen.fillStyle = style; pen.fillRect(Math.round(px), head, 1, bottom - head); };
    let [a, b] = beyond(data.beats);
    if ((b - a) * 6 < width) for (const ms of data.beats.slice(a, b)) lineAt(x(ms), colour.beat);
    [a, b] = beyond(data.bars);
    const every = Math.ceil(((b - a) * 34) / width) || 1;
    for (let i = a; i < b; i++) {
      lineAt(x(data.bars[i]), colour.bar);
      if (i % every) continue;
      pen.fillStyle = colour.faint;
      pen.textAlign = "center";
      pen.fillText(i + 1, Math.max(GUTTER, x(data.bars[i])), bottom + 13);
    }
    data.labels.forEach((label, r) => {
      if (!label) return;
      if (r < data.pitches) {
        pen.fillStyle = colour.octave;
        pen.fillRect(GUTTER, Math.round(head + (r + 1) * row), width, 1);
      }
    });

    pen.save();
    pen.beginPath();
    pen.rect(GUTTER, 0, width, height);
    pen.clip();
    const ms = at * 1000, gap = row > 6 ? 1 : 0.3;
    // Notes are sorted by start: none that begins more than the longest note before is in sight.
    for (let i = from(data.notes, start - LONGEST - 1, (n) => n[0]); i < data.notes.length; i++) {
      const [on, off, r, velocity, track] = data.notes[i];
      if (on > stop) break;
      const drum = r >= data.pitches, px = x(on);
      const w = drum ? clamp(row, 4, 12) : Math.max(2.5, (off - on) / 1000 * scale - 1);
      if (px + w < GUTTER) continue;
      const y = head + r * row + gap, h = Math.max(2, row - 2 * gap);
      const sounding = ms >= on && ms < Math.max(off, on + 120) && at > 0;
      pen.globalAlpha = sounding ? 1 : 0.4 + 0.6 * velocity / 127;
      pen.fillStyle = data.colours[track];
      pen.beginPath();
      if (pen.roundRect) pen.roundRect(px, y, w, h, Math.min(3, h / 2, w / 2)); else pen.rect(px, y, w, h);
      pen.fill();
      if (sounding) {
        pen.lineWidth = 2;
        pen.strokeStyle = colour.ink;
        pen.stroke();
      }
    }
    pen.globalAlpha = 1;
    pen.textAlign = "left";
    pen.font = "600 13px system-ui, sans-serif";
    let free = -1e9, now = from(data.chords, start, (c) => c[0]) - 1;
    for (let i = Math.max(0, now); i < data.chords.length && data.chords[i][0] <= stop; i++) {
      const px = Math.max(GUTTER, x(data.chords[i][0])) + 2, next = data.chords[i + 1];
      if (px < free || (next && x(next[0]) < GUTTER + 24 && i <= now)) continue;
      const current = ms >= data.chords[i][0] && (!next || ms < next[0]) && at > 0;
      pen.fillStyle = current ? colour.accent : colour.ink;
      pen.fillText(data.chords[i][1], px, marks + (head - marks) / 2 + 1);
      free = px + pen.measureText(data.chords[i][1]).width + 8;
    }
    pen.font = "600 12px system-ui, sans-serif";
    now = from(data.sections, start, (s) => s[0]) - 1;
    for (let i = Math.max(0, now); i < data.sections.length && data.sections[i][0] <= stop; i++) {
      const [begin, name] = data.sections[i], next = data.sections[i + 1], w = pen.measureText(name).width + 10;
      const until = next ? x(next[0]) : x(data.end), px = Math.max(GUTTER, x(begin));
      if (x(begin) >= GUTTER) lineAt(x(begin), colour.faint);
      if (px + w > until) continue;
      const current = ms >= begin && (!next || ms < next[0]) && at > 0;
      pen.fillStyle = current ? colour.accent : colour.faint;
      pen.fillRect(px, 4, w, 16);
      pen.fillStyle = colour.card;
      pen.fillText(name, px + 5, 12.5);
    }
    pen.fillStyle = colour.accent;
    pen.fillRect(Math.round(x(ms)) - 1, head - 6, 2, bottom - head + 6);
    pen.restore();

    pen.font = "11px system-ui, sans-serif";
    pen.textAlign = "right";
    pen.fillStyle = colour.faint;
    data.labels.forEach((label, r) => { if (label) pen.fillText(label, GUTTER - 8, head + (r + 0.5) * row); });
    return seconds;
  };

  let overview = null;
  const drawMap = (seconds) => {
    const [pen, width, height] = fit(map);
    if (!overview || overview.width !== map.width) {
      overview = document.createElement("canvas");
      overview.width = map.width;
      overview.height = map.height;
      const fine = overview.getContext("2d"), ratio = map.width / width;
      fine.scale(ratio, ratio);
      for (const [on, off, r, velocity, track] of data.notes) {
        fine.globalAlpha = 0.25 + 0.6 * velocity / 127;
        fine.fillStyle = data.colours[track];
        const y = 5 + (height - 10) * r / data.rows;
        fine.fillRect(on / 1000 / END * width, y, Math.max(1, (off - on) / 1000 / END * width), Math.max(1.5, (height - 10) / data.rows));
      }
    }
    pen.drawImage(overview, 0, 0, width, height);
    pen.fillStyle = colour.accent;
    pen.globalAlpha = 0.14;
    pen.fillRect(left / END * width, 0, seconds / END * width, height);
    pen.globalAlpha = 1;
    pen.fillRect(at / END * width - 1, 0, 2, height);
  };

  const draw = () => {
    drawMap(drawRoll());
    time.textContent = clock(at) + " / " + clock(END);
  };
  const announce = () => {
    const bar = clamp(from(data.bars, at * 1000 + 1), 1, data.bars.length);
    roll.setAttribute("aria-valuemax", END.toFixed(1));
    roll.setAttribute("aria-valuenow", at.toFixed(1));
    roll.setAttribute("aria-valuetext", "bar " + bar + " of " + data.bars.length + ", " + clock(at));
  };
  const tick = () => {
    at = Math.min(sound.currentTime, END);
    draw();
    if (!sound.paused) requestAnimationFrame(tick);
  };
  const seek = (seconds) => {
    at = clamp(seconds, 0, END - 0.01);
    sound.currentTime = at;
    following = true;
    draw();
    announce();
  };
  const toggle = () => { if (sound.paused) sound.play(); else sound.pause(); };
  const step = (list, direction) => {
    const ms = at * 1000;
    if (direction > 0) return list[from(list, ms + 30)] ?? data.end;
    return list[from(list, ms - 30) - 1] ?? 0;
  };
  const every = [...data.bars, ...data.beats].sort((a, b) => a - b);

  sound.addEventListener("play", () => {
    byId("icon").setAttribute("d", "M6 5h4.2v14H6zm7.8 0H18v14h-4.2z");
    play.setAttribute("aria-label", "Pause");
    following = true;
    requestAnimationFrame(tick);
  });
  sound.addEventListener("pause", () => {
    byId("icon").setAttribute("d", "M7 4.5v15l13-7.5z");
    play.setAttribute("aria-label", "Play");
    announce();
  });
  sound.addEventListener("ended", () => { if (sound.loop) return; seek(0); });
  play.addEventListener("click", toggle);
  loop.addEventListener("click", () => {
    sound.loop = !sound.loop;
    loop.setAttribute("aria-pressed", String(sound.loop));
  });

  const drag = (canvas, where) => {
    const move = (event) => {
      const box = canvas.getBoundingClientRect();
      seek(where(event.clientX - box.left, box.width));
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      move(event);
    });
    canvas.addEventListener("pointermove", (event) => { if (event.buttons && canvas === map) move(event); });
  };
  drag(roll, (px, width) => left + (px - GUTTER) / (width - GUTTER) * span(width - GUTTER));
  drag(map, (px, width) => px / width * END);
  roll.addEventListener("wheel", (event) => {
    const by = event.deltaX || (event.shiftKey ? event.deltaY : 0);
    if (!by) return;
    event.preventDefault();
    following = false;
    const width = roll.getBoundingClientRect().width - GUTTER, seconds = span(width);
    left = clamp(left + by / width * seconds, 0, Math.max(0, END - seconds));
    draw();
  }, { passive: false });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const held = event.target.closest("button, a");
    if (event.key === " " && !held) toggle();
    else if (event.key === "ArrowRight") seek(step(event.shiftKey ? data.bars : every, 1) / 1000);
    else if (event.key === "ArrowLeft") seek(step(event.shiftKey ? data.bars : every, -1) / 1000);
    else if (event.key === "Home") seek(0);
    else if (event.key === "End") seek(END);
    else return;
    event.preventDefault();
  });

  const restyle = () => { readColours(); overview = null; draw(); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
  new ResizeObserver(draw).observe(roll);
  restyle();
  announce();
})();
