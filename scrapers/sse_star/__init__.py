"""The Shanghai exchange's IPO review pages (上海证券交易所 发行上市审核), STAR Market first."""
