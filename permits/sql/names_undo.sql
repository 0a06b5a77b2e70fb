DROP FUNCTION permits_grams(text);
