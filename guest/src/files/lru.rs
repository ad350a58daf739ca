//! A bounded store of values by path. The least recently used value is dropped first.

use alloc::boxed::Box;

use lru::LruCache;

/// Values with weights, up to a bound on the sum of the weights.
pub struct Cache<V> {
    entries: LruCache<Box<str>, Weighed<V>>,
    used: usize,
    bound: usize,
    /// Bytes of an entry beside its path and content.
    entry: usize,
}

struct Weighed<V> {
    value: V,
    weight: usize,
}

/// Bytes of an entry beside its path and content: the value and its part of a response's
/// head, the table with its spare places, the links between the entries, and what the
/// allocator adds to each.
const ENTRY_BYTES: usize = 704;

impl<V> Cache<V> {
    /// Creates a cache of `bound` bytes; 0 caches nothing. `fields` is the number of bytes
    /// that the operator adds to the head which is cached with each value.
    pub fn new(bound: usize, fields: usize) -> Self {
        Self {
            entries: LruCache::unbounded(),
            used: 0,
            bound,
            entry: ENTRY_BYTES.saturating_add(fields),
        }
    }

    /// Returns the value, which is then the most recently used one.
    pub fn get(&mut self, path: &str) -> Option<&mut V> {
        self.entries.get_mut(path).map(|entry| &mut entry.value)
    }

    /// Caches a value whose content weighs `content` bytes, unless it alone is heavier than
    /// an eighth of the bound.
    pub fn put(&mut self, path: &str, value: V, content: usize) {
        self.remove(path);
        // The path is stored as the key, and its last name again in the head.
        let weight = content
            .saturating_add(path.len().saturating_mul(2))
            .saturating_add(self.entry);
        if weight > self.bound / 8 {
            return;
        }
        self.used = self.used.saturating_add(weight);
        self.entries.push(path.into(), Weighed { value, weight });
        while self.used > self.bound {
            match self.entries.pop_lru() {
                Some((_, entry)) => self.used = self.used.saturating_sub(entry.weight),
                None => break,
            }
        }
    }

    pub fn remove(&mut self, path: &str) {
        if let Some(entry) = self.entries.pop(path) {
            self.used = self.used.saturating_sub(entry.weight);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn the_least_recently_used_goes_first() {
        let mut cache = Cache::new(10 * (ENTRY_BYTES + 2), 0);
        for name in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] {
            cache.put(name, (), 0);
        }
        assert!(cache.get("0").is_some(), "all fit");
        cache.put("a", (), 0);
        assert!(cache.get("1").is_none(), "the oldest that was not used");
        assert!(cache.get("0").is_some());
    }

    #[test]
    fn a_hundred_thousand_paths_stay_within_the_bound() {
        let mut cache = Cache::new(1 << 20, 0);
        for path in 0..100_000 {
            cache.put(&format!("folder/{path}"), path, 100);
            assert!(cache.used <= 1 << 20);
        }
        let kept = cache.entries.len();
        assert!((1_000..4_000).contains(&kept), "{kept}");
        let mut with_fields = Cache::new(1 << 20, 4_096);
        for path in 0..10_000 {
            with_fields.put(&format!("folder/{path}"), path, 100);
        }
        assert!(with_fields.entries.len() < kept / 4);
    }

    #[test]
    fn weights_are_given_back() {
        let mut cache = Cache::new(1 << 20, 0);
        for size in [10, 1_000, 100_000] {
            cache.put("same", (), size);
        }
        cache.remove("same");
        assert_eq!(cache.used, 0);
    }

    #[test]
    fn values_above_an_eighth_of_the_cache_are_not_cached() {
        let mut cache = Cache::new(8_000, 0);
        cache.put("heavy", (), 8_000);
        assert!(cache.get("heavy").is_none());
        let mut nothing = Cache::new(0, 0);
        nothing.put("", (), 0);
        assert!(nothing.get("").is_none());
    }
}
